// Go's net/http: the same work as clients/common.hpp describes. GOMAXPROCS=1 comes from the driver.
package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

type item struct {
	Sku   string  `json:"sku"`
	Title string  `json:"title"`
	Count int     `json:"count"`
	Price float64 `json:"price"`
}

type order struct {
	ID       int    `json:"id"`
	Customer string `json:"customer"`
	Express  bool   `json:"express"`
	Items    []item `json:"items"`
}

func makeOrder(id int) order {
	result := order{ID: id, Customer: "Ada Lovelace", Express: true}
	for i := 0; i < 8; i++ {
		result.Items = append(result.Items,
			item{"tea-" + strconv.Itoa(i), "Darjeeling, second flush", i + 1, 12.5})
	}
	return result
}

// What was done; goroutines share it.
type tally struct {
	sync.Mutex
	taken, requests, errors, slack int
	bytes                          int64
	note                           string
}

func (t *tally) take(count int) (int, bool) {
	t.Lock()
	defer t.Unlock()
	if t.taken == count {
		return 0, false
	}
	t.taken++
	return t.taken - 1, true
}

func (t *tally) check(index int, right bool, size int64, note string) {
	t.Lock()
	defer t.Unlock()
	if distance := index - t.requests - t.errors; distance > t.slack {
		t.slack = distance
	} else if -distance > t.slack {
		t.slack = -distance
	}
	if right {
		t.requests++
	} else {
		t.errors++
		if t.note == "" {
			t.note = note
		}
	}
	t.bytes += size
}

type job struct {
	work, url          string
	count, concurrency int
	length             int64
	cookies            int
	caFile             string
	client             *http.Client
	tally              tally
	upload             []byte
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(2)
}

func parse(arguments []string) *job {
	if len(arguments) < 5 {
		fail(fmt.Errorf("usage: net_http WORK URL COUNT CONCURRENCY [--ca FILE] " +
			"[--length BYTES] [--cookies COUNT]"))
	}
	j := &job{work: arguments[1], url: arguments[2]}
	j.count, _ = strconv.Atoi(arguments[3])
	j.concurrency, _ = strconv.Atoi(arguments[4])
	for i := 5; i+1 < len(arguments); i += 2 {
		switch value := arguments[i+1]; arguments[i] {
		case "--ca":
			j.caFile = value
		case "--length":
			j.length, _ = strconv.ParseInt(value, 10, 64)
		case "--cookies":
			j.cookies, _ = strconv.Atoi(value)
		default:
			fail(fmt.Errorf("unknown option %s", arguments[i]))
		}
	}
	return j
}

func (j *job) setUp() {
	config := &tls.Config{ClientSessionCache: tls.NewLRUClientSessionCache(0)}
	if j.caFile != "" {
		pem, err := os.ReadFile(j.caFile)
		if err != nil {
			fail(err)
		}
		config.RootCAs = x509.NewCertPool()
		config.RootCAs.AppendCertsFromPEM(pem)
	}
	jar, _ := cookiejar.New(nil)
	// Ten cookies of this host, and ten for each of as many others as it takes.
	for i := 0; i < j.cookies; i++ {
		site := j.url
		if i >= 10 {
			site = fmt.Sprintf("http://shop%d.example/", i/10)
		}
		where, _ := url.Parse(site)
		jar.SetCookies(where, []*http.Cookie{{Name: fmt.Sprintf("c%d", i%10),
			Value: fmt.Sprintf("value%d", i/10)}})
	}
	j.client = &http.Client{Timeout: 300 * time.Second, Jar: jar, Transport: &http.Transport{
		TLSClientConfig: config, MaxIdleConns: j.concurrency, MaxIdleConnsPerHost: j.concurrency,
		MaxConnsPerHost: j.concurrency, DisableKeepAlives: j.work == "close"}}
	if j.work == "upload" {
		j.upload = bytes.Repeat([]byte{'x'}, int(j.length))
	}
}

func (j *job) send(index int) (*http.Response, error) {
	switch j.work {
	case "post":
		text, _ := json.Marshal(makeOrder(index))
		return j.client.Post(j.url, "application/json", bytes.NewReader(text))
	case "upload":
		return j.client.Post(j.url, "application/octet-stream", bytes.NewReader(j.upload))
	}
	return j.client.Get(j.url)
}

func (j *job) one(index int) {
	response, err := j.send(index)
	if err != nil {
		j.tally.check(index, false, 0, err.Error())
		return
	}
	defer response.Body.Close()
	good := response.StatusCode == 200
	if j.work == "download" {
		size, err := io.Copy(io.Discard, response.Body)
		j.tally.check(index, good && err == nil && size == j.length, size, response.Status)
		return
	}
	body, err := io.ReadAll(response.Body)
	size := int64(len(body))
	good = good && err == nil
	switch j.work {
	case "post":
		var reply order
		err := json.Unmarshal(body, &reply)
		good = good && err == nil && reply.ID == index && len(reply.Items) == 8 &&
			reply.Items[7].Price == 12.5
	case "upload":
		good = good && string(body) == strconv.FormatInt(j.length, 10)
		size = j.length
	default:
		good = good && size == j.length
	}
	j.tally.check(index, good, size, response.Status)
}

func (j *job) run() {
	var group sync.WaitGroup
	if j.work == "begun" {
		for i := 0; i < j.count; i++ {
			group.Add(1)
			go func(index int) {
				defer group.Done()
				j.one(index)
			}(i)
		}
	} else {
		for i := 0; i < j.concurrency; i++ {
			group.Add(1)
			go func() {
				defer group.Done()
				for index, more := j.tally.take(j.count); more; index, more = j.tally.take(j.count) {
					j.one(index)
				}
			}()
		}
	}
	group.Wait()
}

func cpu() float64 {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return float64(usage.Utime.Sec+usage.Stime.Sec) +
		float64(usage.Utime.Usec+usage.Stime.Usec)*1e-6
}

func peakRss() int {
	status, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(status), "\n") {
		if strings.HasPrefix(line, "VmHWM:") {
			kib, _ := strconv.Atoi(strings.Fields(line)[1])
			return kib
		}
	}
	return 0
}

func main() {
	j := parse(os.Args)
	j.setUp()
	wallBefore, cpuBefore := time.Now(), cpu()
	j.run()
	wall, used := time.Since(wallBefore).Seconds(), cpu()-cpuBefore
	line, _ := json.Marshal(map[string]interface{}{
		"requests": j.tally.requests, "errors": j.tally.errors, "bytes": j.tally.bytes,
		"wall": wall, "cpu": used, "rss_kib": peakRss(), "order_slack": j.tally.slack,
		"note": j.tally.note})
	fmt.Println(string(line))
	if j.tally.errors != 0 || j.tally.requests != j.count {
		os.Exit(1)
	}
}
