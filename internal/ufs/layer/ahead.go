package layer

import (
	"context"
	"io"
)

// An ahead reads from another reader in a goroutine of its own, a few blocks ahead.
type ahead struct {
	context.Context
	full  chan block
	empty chan []byte
	stop  chan struct{}
	done  chan struct{}

	now block
}

type block struct {
	whole []byte
	rest  []byte
	err   error
}

const (
	blocks    = 4
	blockSize = 1 << 18
)

func newAhead(ctx context.Context, from io.Reader) *ahead {
	a := &ahead{
		Context: ctx, full: make(chan block, blocks), empty: make(chan []byte, blocks),
		stop: make(chan struct{}), done: make(chan struct{}),
	}
	for range blocks {
		a.empty <- make([]byte, blockSize)
	}
	go a.run(from)
	return a
}

func (a *ahead) run(from io.Reader) {
	defer close(a.done)
	if z, ok := from.(interface{ Close() }); ok {
		defer z.Close() // it holds memory, and goroutines of its own
	}
	for {
		var b block
		select {
		case b.whole = <-a.empty:
		case <-a.stop:
			return
		}
		n, err := fill(from, b.whole)
		b.rest, b.err = b.whole[:n], err
		a.full <- b // it has room for all blocks
		if err != nil {
			return
		}
	}
}

// fill reads until the buffer is full. Unlike io.ReadFull, it leaves the error as it is.
func fill(from io.Reader, buffer []byte) (n int, err error) {
	for n < len(buffer) && err == nil {
		var more int
		more, err = from.Read(buffer[n:])
		n += more
	}
	return n, err
}

func (a *ahead) Read(p []byte) (int, error) {
	for len(a.now.rest) == 0 {
		if a.now.err != nil {
			return 0, a.now.err
		}
		if a.now.whole != nil {
			a.empty <- a.now.whole
		}
		select {
		case a.now = <-a.full:
		case <-a.Done():
			return 0, a.Err() // the other end of a pipe may keep us waiting
		}
	}
	n := copy(p, a.now.rest)
	a.now.rest = a.now.rest[n:]
	return n, nil
}

// Close ends the goroutine. One that waits for the other end of a pipe is left alone.
func (a *ahead) Close(wait bool) {
	close(a.stop)
	if wait {
		<-a.done
	}
}
