package remote

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
)

// A frame is a message of JSON behind its length, four bytes, the highest first.
// Each direction has its largest frame, so that no peer can make the other hold
// more.
const (
	maxOrder  = 4 << 10  // bytes, from a viewer
	maxReport = 16 << 20 // bytes, to a viewer
	headSize  = 4
)

// encode makes the frame of a message.
func encode(message any, most int) ([]byte, error) {
	body, err := json.Marshal(message)
	if err != nil {
		return nil, err
	}
	if len(body) > most {
		return nil, fmt.Errorf("a message of %d bytes is larger than %d", len(body), most)
	}
	frame := binary.BigEndian.AppendUint32(make([]byte, 0, headSize+len(body)), uint32(len(body)))
	return append(frame, body...), nil
}

// decode reads the next frame into a message. Memory grows with the bytes that
// come, not with the length that they claim to have. At the end between two
// frames the error is io.EOF.
func decode(r io.Reader, message any, most int) error {
	var head [headSize]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return err
	}
	size := binary.BigEndian.Uint32(head[:])
	if size == 0 || uint64(size) > uint64(most) {
		return fmt.Errorf("a message claims %d bytes, and may have %d", size, most)
	}
	var body bytes.Buffer
	if n, err := io.CopyN(&body, r, int64(size)); err != nil {
		return fmt.Errorf("a message ends after %d of %d bytes: %w", n, size, io.ErrUnexpectedEOF)
	}
	return json.Unmarshal(body.Bytes(), message)
}
