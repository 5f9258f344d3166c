package cli

import "fmt"

// mostNice is the least that the system lets a program ask for.
const mostNice = 19

func checkNice(n int) error {
	if n < 0 || n > mostNice {
		return usage(fmt.Sprintf("nice %d is out of range", n), fmt.Sprintf("choose from 0, which changes nothing, to %d", mostNice))
	}
	return nil
}

// beNice lets other programs go first: the niceness of this one becomes n, unless
// it is more already. It is checked with the other flags.
func beNice(n int) error {
	if n <= 0 || n > mostNice {
		return nil
	}
	if err := raiseNiceness(n); err != nil {
		return failed(fmt.Sprintf("cannot set the niceness %d: %v", n, err), "leave out --nice, or start the program by nice")
	}
	return nil
}
