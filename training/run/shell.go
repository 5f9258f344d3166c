package run

import "strings"

// ShellWord quotes a file's name for a shell, if need be, and sees that it does
// not look like a flag: advice is copied as it stands.
func ShellWord(name string) string {
	if strings.HasPrefix(name, "-") {
		name = "./" + name
	}
	return quote(name)
}

// ShellLine writes words as a line for a shell.
func ShellLine(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quote(w)
	}
	return strings.Join(quoted, " ")
}

func quote(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=+:,@%"
	if word != "" && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
