#include <aiohttp/detail/protocol/field_values.hpp>

#include <string>

#include "support/catch.hpp"

using namespace aiohttp::detail;

namespace {

template <class Parameters>
std::string describe(const Parameters& parameters) {
    std::string text;
    for (const auto& [name, value] : parameters) {
        text.append("; ").append(name).append("=").append(value);
    }
    return text;
}

std::string media_type(std::string_view value) {
    const auto media = parse_media_type(value);
    return media.type + describe(media.parameters);
}

std::string disposition(std::string_view value) {
    const auto parsed = parse_content_disposition(value);
    return parsed ? parsed->type + describe(parsed->parameters) : "malformed";
}

std::string filename(std::string_view value) {
    const auto parsed = parse_content_disposition(value);
    return !parsed ? "malformed" : parsed->filename.value_or("none");
}

std::string links(std::initializer_list<std::string_view> values) {
    std::string text;
    for (const auto& link : parse_links({values.begin(), values.size()})) {
        text += "<" + link.url + "> " + link.rel + describe(link.parameters) + "\n";
    }
    return text;
}

}  // namespace

TEST_CASE("media types are parsed", "[protocol][J155][J156]") {
    const auto [value, parsed] = GENERATE(table<std::string, std::string>({
        {"text/html", "text/html"},
        {" Text/HTML ", "text/html"},
        {"text/html; charset=UTF-8", "text/html; charset=UTF-8"},
        {"text/html;Charset=\"koi8-r\"", "text/html; charset=koi8-r"},
        {"text/html ; a=1;b=2 ; ; c=\"x;y\\\"z\"", "text/html; a=1; b=2; c=x;y\"z"},
        {"text/html; charset = utf-8", "text/html; charset=utf-8"},
        {"text/html; charset=a; charset=b", "text/html; charset=a"},
        {"text/html; charset=; x=y", "text/html; x=y"},
        {"text/html; =a; b", "text/html; b="},
        {"text/html; charset=\"open", "text/html"},
        {"text/html; charset=\"a\"b; c=d", "text/html; c=d"},
        {"multipart/form-data; boundary=--a/b:c", "multipart/form-data; boundary=--a/b:c"},
        {"application/vnd.api+json", "application/vnd.api+json"},
    }));
    CHECK(media_type(value) == parsed);
}

TEST_CASE("a missing or malformed media type is octet-stream", "[protocol][J156]") {
    const std::string value = GENERATE("", "a/b/c", "text", "/", "text/", "/html", "te xt/html",
                                       "text/html, text/plain", "*", ";");
    CHECK(media_type(value) == "application/octet-stream");
    CHECK(media_type(value + "; charset=x") == "application/octet-stream; charset=x");
}

TEST_CASE("a parameter is found by its name", "[protocol]") {
    const auto media = parse_media_type("a/b; x=1; Y=2");
    CHECK(media.parameter("x") == "1");
    CHECK(media.parameter("y") == "2");
    CHECK(media.parameter("z").empty());
}

TEST_CASE("JSON media types", "[protocol][J156]") {
    const auto [type, json] = GENERATE(table<std::string, bool>({
        {"application/json", true},
        {"Application/JSON", true},
        {"application/problem+json", true},
        {"application/vnd.api+JSON", true},
        {"text/x+json", true},
        {"text/html", false},
        {"text/json", false},
        {"application/jsonx", false},
        {"application/json-seq", false},
        {"application/+json", false},
        {"/x+json", false},
        {"+json", false},
        {"", false},
    }));
    CHECK(is_json_media_type(type) == json);
}

TEST_CASE("another wanted type need only be a part of the media type", "[protocol][J156]") {
    CHECK(is_json_media_type("text/html", "text/html"));
    CHECK(is_json_media_type("text/html", "html"));
    CHECK(is_json_media_type("text/html", ""));
    CHECK_FALSE(is_json_media_type("text/html", "text/plain"));
    CHECK_FALSE(is_json_media_type("application/json", "text/html"));
}

TEST_CASE("Content-Disposition is parsed", "[protocol][J157]") {
    const auto [value, parsed] = GENERATE(table<std::string, std::string>({
        {"inline", "inline"},
        {" Attachment ", "attachment"},
        {"attachment; filename=a.txt", "attachment; filename=a.txt"},
        {"attachment;FILENAME=\"a b.txt\";", "attachment; filename=a b.txt"},
        {"attachment ; filename = a.txt ; size=5", "attachment; filename=a.txt; size=5"},
        {"form-data; name=\"a;b=c\"; filename=\"\"", "form-data; name=a;b=c; filename="},
        {R"(attachment; filename="a\"b\\c")", R"(attachment; filename=a"b\c)"},
        {"attachment; filename=\"na\xc3\xafve.txt\"", "attachment; filename=na\xc3\xafve.txt"},
        {"attachment; filename*=UTF-8''%e2%82%ac", "attachment; filename*=\xe2\x82\xac"},
        {"attachment; filename*=bad; a=b", "attachment; a=b"},
        {"attachment; filename*0=a; filename*1*=%41", "attachment; filename*0=a; filename*1*=%41"},
    }));
    CHECK(disposition(value) == parsed);
}

TEST_CASE("a malformed Content-Disposition gives nothing", "[protocol][J157]") {
    const std::string value = GENERATE(
        "", " ", ";", "; filename=a", "two words", "\"inline\"", "attachment; filename",
        "attachment; filename=", "attachment; filename=a b", "attachment; filename=a(1).txt",
        "attachment; filename=\"open", "attachment; filename=\"a\"b", "attachment; fi le=a",
        "attachment; =a", "attachment; filename=a; filename=b", "attachment; filename=\"a\\",
        "attachment, inline", "attachment; filename=\xc3\xa4");
    CHECK(disposition(value) == "malformed");
}

TEST_CASE("file names", "[protocol][J157]") {
    const auto [parameters, name] = GENERATE(table<std::string, std::string>({
        {"", "none"},
        {"; name=x", "none"},
        {"; filename=plain.txt", "plain.txt"},
        {"; filename=\"with space; and=more.txt\"", "with space; and=more.txt"},
        {"; filename=\"\"", ""},
        {"; filename=fallback; filename*=UTF-8''na%C3%AFve", "na\xc3\xafve"},
        {"; filename*=UTF-8''na%C3%AFve; filename=fallback", "na\xc3\xafve"},
        {"; filename*=utf-8'en'a%20b", "a b"},
        {"; filename*=ISO-8859-1''%A3%20rates", "\xc2\xa3 rates"},
        {"; filename*=\"UTF-8''quoted\"", "quoted"},
        {"; filename*=UTF-8''; filename=fallback", ""},
        // What does not decode gives way to the plain name.
        {"; filename=fallback; filename*=UTF-8''%FF", "fallback"},
        {"; filename=fallback; filename*=UTF-8''%C3", "fallback"},
        {"; filename=fallback; filename*=UTF-8''%ED%A0%80", "fallback"},
        {"; filename=fallback; filename*=UTF-8''%C0%80", "fallback"},
        {"; filename=fallback; filename*=UTF-8''%F4%90%80%80", "fallback"},
        {"; filename=fallback; filename*=UTF-8''%E2%82%AC%F0%9F%98%80",
         "\xe2\x82\xac\xf0\x9f\x98\x80"},
        {"; filename=fallback; filename*=UTF-8''%4", "fallback"},
        {"; filename=fallback; filename*=UTF-8''%zz", "fallback"},
        {"; filename=fallback; filename*=klingon''a", "fallback"},
        {"; filename=fallback; filename*=plain", "fallback"},
        {"; filename=fallback; filename*=UTF-8'plain", "fallback"},
        {"; filename*=klingon''a", "none"},
        // Sections.
        {"; filename*0=\"one \"; filename*1=two", "one two"},
        {"; filename*1=two; filename*0=\"one \"", "one two"},
        {"; filename*0*=UTF-8''%E2%82; filename*1*=%AC; filename*2=\" %41\"", "\xe2\x82\xac %41"},
        {"; filename*0*=ISO-8859-1''%A3; filename*1=x", "\xc2\xa3x"},
        {"; filename*0=a; filename*2=c", "a"},
        {"; filename*1=b", "none"},
        {"; filename*0*=UTF-8''%FF", "none"},
        {"; filename*0*=nocharset", "none"},
        {"; filename*0=a; filename=plain", "plain"},
        {"; filename*0=0; filename*1=1; filename*2=2; filename*3=3; filename*4=4; filename*5=5;"
         " filename*6=6; filename*7=7; filename*8=8; filename*9=9; filename*10=10",
         "012345678910"},
        // The server's choice, as it is.
        {"; filename=\"../../etc/passwd\"", "../../etc/passwd"},
    }));
    CHECK(filename("attachment" + parameters) == name);
}

TEST_CASE("links are parsed", "[protocol][J157]") {
    CHECK(links({"<https://example.com/page/2>; rel=\"next\""}) ==
          "<https://example.com/page/2> next; rel=next\n");
    CHECK(links({"</a>;rel=next , <b>; rel=\"prev first\"; Title=\"x, <y>; z\""}) ==
          "</a> next; rel=next\n<b> prev first; rel=prev first; title=x, <y>; z\n");
    CHECK(links({"<a,b;c>;rel=x"}) == "<a,b;c> x; rel=x\n");
    CHECK(links({"<a>"}) == "<a> \n");
    CHECK(links({"<>; rel=self"}) == "<> self; rel=self\n");
    CHECK(links({"<a>; rel=x; rel=y"}) == "<a> x; rel=x\n");
    CHECK(links({"<a>; crossorigin; rel=x"}) == "<a> x; crossorigin=; rel=x\n");
    CHECK(links({"<a>; title*=UTF-8''%e2%82%ac; rel=x"}) == "<a> x; title*=\xe2\x82\xac; rel=x\n");
    CHECK(links({"<a>; rel=x", "<b>; rel=y"}) == "<a> x; rel=x\n<b> y; rel=y\n");
    CHECK(links({",, <a>,,<b> ,"}) == "<a> \n<b> \n");
}

TEST_CASE("malformed links are left out", "[protocol][J157]") {
    CHECK(links({}).empty());
    CHECK(links({"", " ", ","}).empty());
    CHECK(links({"a; rel=x"}).empty());
    CHECK(links({"<a; rel=x"}).empty());
    CHECK(links({"a; rel=x, <b>; rel=y"}) == "<b> y; rel=y\n");
    CHECK(links({"<a>; rel=\"open, <b>; rel=y"}) == "<a> \n");
}
