package mockdirectory

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Limits of the listeners. The slowest honest answer takes two RSA keys; one
// that a knob holds back for a minute must come to its end.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 15 * time.Second
	writeTimeout      = 90 * time.Second
	idleTimeout       = 60 * time.Second
	closeTimeout      = 5 * time.Second
	maxHeaderBytes    = 32 << 10
)

// listener is one address with the server behind it.
type listener struct {
	net.Listener
	http   *http.Server
	stop   context.CancelFunc
	served chan error

	mu     sync.Mutex
	epoch  int // counts the renewals
	opened map[net.Conn]opening
}

// opening is when a connection was opened, and whether something is under way on
// it.
type opening struct {
	epoch int
	idle  bool
}

// listen takes the address. Nothing is answered until serve.
func listen(ctx context.Context, addr string) (*listener, error) {
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return &listener{Listener: ln, opened: map[net.Conn]opening{}}, nil
}

// serve answers in the background: HTTPS with a TLS configuration, plain HTTP
// without.
func (l *listener) serve(h http.Handler, config *tls.Config, log *slog.Logger) {
	running, stop := context.WithCancel(context.Background())
	l.stop, l.served = stop, make(chan error, 1)
	l.http = &http.Server{
		Handler:           h,
		TLSConfig:         config,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		BaseContext:       func(net.Listener) context.Context { return running },
		ConnState:         l.note,
	}
	go func() {
		if config == nil {
			l.served <- l.http.Serve(l.Listener)
			return
		}
		l.served <- l.http.ServeTLS(l.Listener, "", "")
	}()
}

// note keeps account of the connections, those of HTTP/2 included. One from
// before a renewal is closed as soon as nothing is under way on it.
func (l *listener) note(c net.Conn, state http.ConnState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch state {
	case http.StateNew:
		l.opened[c] = opening{epoch: l.epoch}
	case http.StateActive, http.StateIdle:
		o := l.opened[c]
		o.idle = state == http.StateIdle
		l.opened[c] = o
		if o.idle && o.epoch != l.epoch {
			_ = c.Close() // its client is to open another
		}
	default:
		delete(l.opened, c)
	}
}

// renew has clients open new connections.
func (l *listener) renew() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.epoch++
	for c, o := range l.opened {
		if o.idle {
			_ = c.Close()
		}
	}
}

// close waits for requests under way, within bounds.
func (l *listener) close() error {
	if l.http == nil {
		return l.Close()
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	err := l.http.Shutdown(ctx)
	l.stop()
	if err != nil {
		err = fmt.Errorf("close directory: requests were still under way: %w", errors.Join(err, l.http.Close()))
	}
	if end := <-l.served; !errors.Is(end, http.ErrServerClosed) {
		err = errors.Join(err, fmt.Errorf("serve directory: %w", end))
	}
	return err
}
