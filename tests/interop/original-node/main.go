// Command original-node stands in for a node of davidsbond/sse-cluster in tests. It is built from the same parts, Go's
// net/http and hashicorp/memberlist, and keeps to what is known of that program's behaviour; its code is its own.
//
// See README.md in this directory.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/hashicorp/memberlist"
)

// event is what is published and passed on.
type event struct {
	ID     string          `json:"id"`
	Event  string          `json:"event"`
	Data   json.RawMessage `json:"data"`
	Retry  int             `json:"retry"`
	BeenTo []string        `json:"been_to"`
}

func (e event) block() []byte {
	var out bytes.Buffer
	if e.ID != "" {
		fmt.Fprintf(&out, "id: %s\n", e.ID)
	}
	if e.Event != "" {
		fmt.Fprintf(&out, "event: %s\n", e.Event)
	}
	if e.Data != nil {
		fmt.Fprintf(&out, "data: %s\n", e.Data)
	}
	if e.Retry > 0 {
		fmt.Fprintf(&out, "retry: %d\n", e.Retry)
	}
	out.WriteByte('\n')
	return out.Bytes()
}

// stream is one subscriber.
type stream struct {
	channel, client string
	events          chan event
}

// target is where an event goes: to a client, a channel or everybody.
type target struct{ channel, client string }

type node struct {
	version  string
	httpPort string
	list     *memberlist.Memberlist
	client   *http.Client

	mu      sync.Mutex
	streams map[*stream]bool
}

// parse finds what a path means to this version.
func (n *node) parse(method, path string) (target, bool) {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, part := range parts {
		decoded, err := url.PathUnescape(part)
		if err != nil || decoded == "" {
			return target{}, false
		}
		parts[i] = decoded
	}
	root := "channel"
	if n.version != "late" {
		root = map[string]string{"GET": "subscribe", "POST": "publish"}[method]
	}
	switch {
	case parts[0] != root:
		return target{}, false
	case len(parts) == 2:
		return target{channel: parts[1]}, true
	case len(parts) == 1 && n.version == "late" && method == "POST":
		return target{}, true
	case len(parts) == 4 && n.version == "late" && parts[2] == "client":
		return target{channel: parts[1], client: parts[3]}, true
	}
	return target{}, false
}

func (n *node) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == "GET" && r.URL.Path == "/status" {
		n.status(w)
		return
	}
	to, known := n.parse(r.Method, r.URL.EscapedPath())
	switch {
	case known && r.Method == "GET":
		n.subscribe(w, r, to)
	case known && r.Method == "POST" && r.Header.Get("Content-Type") == "application/json":
		n.publish(w, r, to)
	default:
		http.NotFound(w, r)
	}
}

func (n *node) status(w http.ResponseWriter) {
	members := map[string]int{}
	for _, member := range n.list.Members() {
		members[member.Addr.String()] = int(member.Port)
	}
	gossip := map[string]interface{}{"member_count": n.list.NumMembers(), "members": members}
	_ = json.NewEncoder(w).Encode(map[string]interface{}{"num_goroutines": 1, "gossip": gossip})
}

func (n *node) subscribe(w http.ResponseWriter, r *http.Request, to target) {
	if to.client == "" {
		to.client = r.Header.Get("X-Client-ID")
	}
	s := &stream{to.channel, to.client, make(chan event, 65536)}
	n.mu.Lock()
	n.streams[s] = true
	n.mu.Unlock()
	defer func() {
		n.mu.Lock()
		delete(n.streams, s)
		n.mu.Unlock()
	}()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = io.WriteString(w, ":\n\n") // the original says nothing before the first event: a test could not wait for it
	for {
		w.(http.Flusher).Flush()
		select {
		case e := <-s.events:
			_, _ = w.Write(e.block())
		case <-r.Context().Done():
			return
		}
	}
}

func (n *node) publish(w http.ResponseWriter, r *http.Request, to target) {
	var e event
	if err := json.NewDecoder(r.Body).Decode(&e); err != nil {
		http.Error(w, "invalid json in request", http.StatusBadRequest)
		return
	}
	if n.version != "late" && e.Event == "" {
		http.Error(w, "invalid values in request", http.StatusBadRequest)
		return
	}
	n.deliver(to, e)
	if n.version == "late" {
		go n.passOn(r.URL.EscapedPath(), e)
	} else {
		n.passOn(r.URL.EscapedPath(), e)
	}
}

func (n *node) deliver(to target, e event) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for s := range n.streams {
		if (to.channel == "" || to.channel == s.channel) && (to.client == "" || to.client == s.client) {
			s.events <- e
		}
	}
}

// passOn gives the event to the first member that it has not been to and that takes it.
func (n *node) passOn(path string, e event) {
	been := map[string]bool{n.list.LocalNode().Name: true}
	for _, name := range e.BeenTo {
		been[name] = true
	}
	for _, member := range n.list.Members() {
		if been[member.Name] {
			continue
		}
		e.BeenTo = append(e.BeenTo, n.list.LocalNode().Name)
		port := n.httpPort
		if n.version != "first" {
			port = string(member.Meta)
		}
		body, _ := json.Marshal(e)
		answer, err := n.client.Post(fmt.Sprintf("http://%s:%s%s", member.Addr, port, path), "application/json",
			bytes.NewReader(body))
		if err != nil {
			fmt.Fprintf(os.Stderr, "pass on to %s: %v\n", member.Name, err)
			continue
		}
		if answer.StatusCode == http.StatusOK {
			return // the body stays unread, as the original leaves it
		}
		text, _ := io.ReadAll(answer.Body)
		fmt.Fprintf(os.Stderr, "pass on to %s: %d %s\n", member.Name, answer.StatusCode, text)
	}
}

func main() {
	var (
		name       = flag.String("name", "", "member name (default: the host name)")
		address    = flag.String("address", "", "address of everything (default: as the original, all addresses)")
		gossipPort = flag.Int("gossip.port", 42000, "")
		hosts      = flag.String("gossip.hosts", "", "comma separated members to join")
		httpPort   = flag.String("http.port", "8080", "")
		version    = flag.String("version", "late", "late, early or first")
	)
	flag.Parse()

	config := memberlist.DefaultLANConfig()
	config.BindPort = *gossipPort
	config.AdvertisePort = *gossipPort
	config.Logger = log.New(os.Stderr, "", log.Lmicroseconds)
	if *name != "" {
		config.Name = *name
	}
	if *address != "" {
		config.BindAddr = *address
	}
	list, err := memberlist.Create(config)
	if err != nil {
		log.Fatal(err)
	}
	if *version != "first" {
		list.LocalNode().Meta = []byte(*httpPort) // after Create, whose announcement had none
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	if *address != "" {
		dialer.LocalAddr = &net.TCPAddr{IP: net.ParseIP(*address)}
	}
	n := &node{
		version:  *version,
		httpPort: *httpPort,
		list:     list,
		client:   &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DialContext: dialer.DialContext}},
		streams:  map[*stream]bool{},
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(*address, *httpPort))
	if err != nil {
		log.Fatal(err)
	}
	if *hosts != "" {
		if _, err := list.Join(strings.Split(*hosts, ",")); err != nil {
			log.Fatal(err)
		}
	}
	go func() { log.Fatal(http.Serve(listener, n)) }()
	fmt.Println("ready " + strconv.Itoa(os.Getpid()))

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	<-stop
	_ = list.Leave(5 * time.Second)
}
