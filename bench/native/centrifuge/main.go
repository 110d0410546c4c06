// A server on centrifuge, to measure beside the gateway: no history, no presence, no authentication.
//
// Usage: centrifuge <port> <Redis address or ->
// Prints "listening". A client names its room in the data of its connect command and is subscribed to it; it may
// publish into any. For each line "fan <rounds> <bytes> <rate>" on standard input it publishes <rounds> frames with
// <bytes> bytes of payload into the room "all", <rate> a second, and prints "<deliveries> <CPU microseconds>".
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/centrifugal/centrifuge"
)

const (
	room = "all"
	// What a publication has around its text.
	around = `{"push":{"channel":"` + room + `","pub":{"data":""}}}`
	settle = 300 * time.Millisecond
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func cpu() int64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return (usage.Utime.Sec+usage.Stime.Sec)*1_000_000 + int64(usage.Utime.Usec+usage.Stime.Usec)
}

func fan(node *centrifuge.Node, rounds, bytes int, rate float64) {
	text, err := json.Marshal(strings.Repeat("x", bytes-len(around)))
	check(err)
	before, next := cpu(), time.Now()
	for range rounds {
		_, err := node.Publish(room, text)
		check(err)
		next = next.Add(time.Duration(float64(time.Second) / rate))
		time.Sleep(time.Until(next))
	}
	time.Sleep(settle)
	fmt.Println(rounds*node.Hub().NumClients(), cpu()-before)
}

func main() {
	port, redis := os.Args[1], os.Args[2]
	node, err := centrifuge.New(centrifuge.Config{})
	check(err)
	if redis != "-" {
		shard, err := centrifuge.NewRedisShard(node, centrifuge.RedisShardConfig{Address: redis})
		check(err)
		broker, err := centrifuge.NewRedisBroker(node, centrifuge.RedisBrokerConfig{
			Prefix: "nexync-bench", Shards: []*centrifuge.RedisShard{shard},
		})
		check(err)
		node.SetBroker(broker)
	}
	node.OnConnecting(func(_ context.Context, event centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
		var wanted struct{ Room string }
		if err := json.Unmarshal(event.Data, &wanted); err != nil {
			return centrifuge.ConnectReply{}, centrifuge.DisconnectBadRequest
		}
		return centrifuge.ConnectReply{
			Credentials:   &centrifuge.Credentials{UserID: "bench"},
			Subscriptions: map[string]centrifuge.SubscribeOptions{wanted.Room: {}},
		}, nil
	})
	node.OnConnect(func(client *centrifuge.Client) {
		client.OnPublish(func(_ centrifuge.PublishEvent, answer centrifuge.PublishCallback) {
			answer(centrifuge.PublishReply{}, nil)
		})
	})
	check(node.Run())
	handler := centrifuge.NewWebsocketHandler(node, centrifuge.WebsocketConfig{
		CheckOrigin:    func(*http.Request) bool { return true },
		PingPongConfig: centrifuge.PingPongConfig{PingInterval: -1, PongTimeout: -1},
	})
	http.Handle("/connection/websocket", handler)
	listener, err := net.Listen("tcp", "127.0.0.1:"+port)
	check(err)
	go func() { check(http.Serve(listener, nil)) }()
	fmt.Println("listening")
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var rounds, bytes int
		var rate float64
		_, err := fmt.Sscanf(lines.Text(), "fan %d %d %g", &rounds, &bytes, &rate)
		check(err)
		fan(node, rounds, bytes, rate)
	}
}
