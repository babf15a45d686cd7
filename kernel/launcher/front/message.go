//go:build unix

package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"gomyogen/kernel/launcher/internal/zmtp"
)

// protocolVersion is the version of Jupyter's protocol that is spoken here.
const protocolVersion = "5.4"

// header is the part of a message's header that matters here.
type header struct {
	ID       string `json:"msg_id"`
	Session  string `json:"session"`
	Username string `json:"username"`
	Date     string `json:"date"`
	Type     string `json:"msg_type"`
	Version  string `json:"version"`
}

// message is a message of Jupyter's protocol.
type message struct {
	header
	identities [][]byte
	rawHeader  json.RawMessage
	parent     json.RawMessage // the header of the message that it answers
	metadata   json.RawMessage
	content    json.RawMessage
	buffers    [][]byte
}

const delimiter = "<IDS|MSG>"

var (
	empty        = json.RawMessage("{}")
	errSignature = errors.New("a message is not signed with the key of the kernel")
)

// parse reads a message from its frames.
func parse(frames zmtp.Message, key []byte) (m message, err error) {
	i := slices.IndexFunc(frames, func(f []byte) bool { return string(f) == delimiter })
	if i < 0 || len(frames) < i+6 {
		return m, errors.New("a message of too few parts")
	}
	m.identities = frames[:i]
	if len(key) > 0 && !hmac.Equal([]byte(sign(key, frames[i+2:i+6])), frames[i+1]) {
		return m, errSignature
	}
	m.rawHeader, m.parent, m.metadata, m.content, m.buffers = frames[i+2], frames[i+3], frames[i+4], frames[i+5], frames[i+6:]
	if err := json.Unmarshal(m.rawHeader, &m.header); err != nil {
		return m, fmt.Errorf("the header of a message: %w", err)
	}
	return m, nil
}

// frames returns a message as it is sent.
func (m message) frames(key []byte) zmtp.Message {
	parts := [][]byte{m.rawHeader, m.parent, m.metadata, m.content}
	return slices.Concat(m.identities, [][]byte{[]byte(delimiter), []byte(sign(key, parts))}, parts, m.buffers)
}

func sign(key []byte, parts [][]byte) string {
	if len(key) == 0 {
		return ""
	}
	mac := hmac.New(sha256.New, key)
	for _, p := range parts {
		mac.Write(p)
	}
	return hex.EncodeToString(mac.Sum(nil))
}

// parentID returns the id of the message that m answers.
func (m message) parentID() string {
	var h header
	if json.Unmarshal(m.parent, &h) != nil {
		return ""
	}
	return h.ID
}

// newMessage makes a message of ours that answers another.
func newMessage(session, kind string, parent json.RawMessage, content any) message {
	h := header{ID: newID(), Session: session, Username: "kernel", Date: time.Now().UTC().Format("2006-01-02T15:04:05.000000Z"), Type: kind, Version: protocolVersion}
	if len(parent) == 0 {
		parent = empty
	}
	return message{header: h, rawHeader: encode(h), parent: parent, metadata: empty, content: encode(content)}
}

// encode returns JSON of what always has one.
func encode(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic("front: " + err.Error())
	}
	return b
}

func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it always succeeds
	return hex.EncodeToString(b[:])
}
