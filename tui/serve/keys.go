package serve

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"

	gossh "golang.org/x/crypto/ssh"
)

// keys are public keys, each as its bytes on the wire.
type keys map[string]bool

func (k keys) have(key gossh.PublicKey) bool { return k[string(key.Marshal())] }

// readKeys reads a file in the format of OpenSSH's authorized_keys.
func readKeys(path string) (keys, error) {
	text, err := readTrusted(path)
	if err != nil {
		return nil, err
	}
	found, err := parseKeys(text)
	if err != nil {
		return nil, &problem{text: "cannot use the keys in " + path, hint: hintOf(err), usage: true, cause: err}
	}
	return found, nil
}

// parseKeys reads the lines of an authorized_keys file. The whole is refused if
// any line is not a plain key: a line means more than its key when it has
// options, and a file that is understood in part lets in other people than its
// author meant.
func parseKeys(text []byte) (keys, error) {
	found := keys{}
	number := 0
	for line := range bytes.Lines(text) {
		number++
		line = bytes.Trim(bytes.TrimRight(line, "\r\n"), " \t") // as OpenSSH does, and no more
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		key, err := parseKey(line)
		if err != nil {
			return nil, &problem{text: fmt.Sprintf("line %d %s", number, err.Error()), hint: hintOf(err)}
		}
		found[string(key.Marshal())] = true
	}
	return found, nil
}

// parseKey reads a line that has a key. Its errors go on from the number of the
// line.
func parseKey(line []byte) (gossh.PublicKey, error) {
	if i := bytes.IndexFunc(line, func(r rune) bool { return unicode.IsControl(r) && r != '\t' }); i >= 0 {
		return nil, &problem{text: "has a control character", hint: "write one key a line"}
	}
	key, _, options, _, err := gossh.ParseAuthorizedKey(line)
	switch {
	case err != nil:
		return nil, &problem{text: "has no public key that can be read", hint: "write one key a line, as in id_ed25519.pub, and a # before words"}
	case len(options) > 0:
		return nil, &problem{
			text: fmt.Sprintf("has the option %q, which this server does not know", optionName(options[0])),
			hint: "leave the options out if the key may be let in without them, else leave out the line",
		}
	case !bytes.HasPrefix(line, []byte(key.Type())): // options that amount to nothing
		return nil, &problem{text: "begins with options", hint: "begin it with the type of the key"}
	}
	if _, certificate := key.(*gossh.Certificate); certificate {
		return nil, &problem{text: "has a certificate, not a key", hint: "write the key that it certifies"}
	}
	return key, nil
}

// optionName is an option without its value.
func optionName(option string) string {
	name, _, _ := strings.Cut(option, "=")
	return name
}
