package serve

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"
)

// newKey is a new key, and its line in a file of keys.
func newKey(t testing.TB) (gossh.Signer, string) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := gossh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer, strings.TrimSpace(string(gossh.MarshalAuthorizedKey(signer.PublicKey())))
}

// Each line that is more or less than a key makes the file be refused, and the
// error names it.
func TestKeysAreRefused(t *testing.T) {
	_, key := newKey(t)
	certificate := certified(t)
	for name, line := range map[string]string{
		"from":                `from="10.0.0.0/8" ` + key,
		"expiry":              `expiry-time="20300101" ` + key,
		"authority":           "cert-authority " + key,
		"command":             `command="rm -r /" ` + key,
		"restrict":            "restrict " + key,
		"two options":         `no-pty,from="a b" ` + key,
		"no touch":            "no-touch-required " + key,
		"an unknown one":      "frobnicate " + key,
		"an empty one":        "\"\" " + key,
		"a comma":             ", " + key,
		"an open quote":       `from="10.0.0.0/8 ` + key,
		"a certificate":       certificate,
		"no key":              "ssh-ed25519",
		"words":               "these are words",
		"half a key":          key[:40],
		"another type":        strings.Replace(key, "ssh-ed25519", "ssh-rsa", 1),
		"a return":            key + "\r" + key,
		"a return first":      "\r" + key,
		"a zero":              key + "\x00",
		"another space first": "\u00a0# " + key,
		"an option in a type": "restrict",
	} {
		t.Run(name, func(t *testing.T) {
			text := "# who may look\n\n" + key + " a comment\n" + line + "\n" + key + "\n"
			found, err := parseKeys([]byte(text))
			if err == nil {
				t.Fatalf("%d keys of\n%s", len(found), text)
			}
			if !strings.Contains(err.Error(), "line 4 ") || hintOf(err) == "" {
				t.Errorf("the error is %q, the hint %q", err, hintOf(err))
			}
		})
	}
	if _, err := parseKeys([]byte("cert-authority " + key)); err == nil || !strings.Contains(err.Error(), `line 1 has the option "cert-authority"`) {
		t.Errorf("the error is %v", err)
	}
}

// certified is the line of a certificate.
func certified(t *testing.T) string {
	t.Helper()
	authority, _ := newKey(t)
	signer, _ := newKey(t)
	c := &gossh.Certificate{Key: signer.PublicKey(), CertType: gossh.UserCert, ValidBefore: gossh.CertTimeInfinity}
	if err := c.SignCert(rand.Reader, authority); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(gossh.MarshalAuthorizedKey(c)))
}

func TestKeysAreRead(t *testing.T) {
	a, one := newKey(t)
	b, two := newKey(t)
	c, _ := newKey(t)
	found, err := parseKeys([]byte("  # first\r\n" + one + " with a comment\r\n\t" + two))
	if err != nil || len(found) != 2 || !found.have(a.PublicKey()) || !found.have(b.PublicKey()) || found.have(c.PublicKey()) {
		t.Errorf("%d keys, %v", len(found), err)
	}
	if found, err := parseKeys(nil); err != nil || len(found) != 0 {
		t.Errorf("%d keys of nothing, %v", len(found), err)
	}
}

// Whatever a file has, it is refused with a line that there is, or each of its
// lines begins with the type of a key and nothing stands for more.
func FuzzParseKeys(f *testing.F) {
	_, key := newKey(f)
	for _, line := range []string{key, "# " + key, "restrict " + key, `from="a\" b",x=" ` + key, "cert-authority,\t" + key, key + "\r" + key, ",,, " + key, `" " ` + key, "\r" + key, "\v" + key + "\f", "\u00a0#"} {
		f.Add([]byte(line), []byte(key))
	}
	f.Fuzz(func(t *testing.T, first, second []byte) {
		text := append(append(first, '\n'), second...)
		found, err := parseKeys(text)
		lines := bytes.Split(text, []byte("\n"))
		if err != nil {
			number := 0
			if _, scanned := fmt.Sscanf(err.Error(), "line %d ", &number); scanned != nil || number < 1 || number > len(lines) {
				t.Fatalf("the error %q names no line of %d", err, len(lines))
			}
			if hintOf(err) == "" {
				t.Fatalf("the error %q has no hint", err)
			}
			return
		}
		meant := keys{}
		for _, line := range lines {
			fields := bytes.Fields(line)
			if len(fields) == 0 || fields[0][0] == '#' {
				continue
			}
			known, _, options, _, err := gossh.ParseAuthorizedKey(line)
			if err != nil || len(options) > 0 || string(fields[0]) != known.Type() {
				t.Fatalf("%q was taken for a key: %v, %v", line, options, err)
			}
			meant[string(known.Marshal())] = true
		}
		if len(meant) != len(found) {
			t.Fatalf("%d keys of %d", len(found), len(meant))
		}
	})
}
