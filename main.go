// Neuralrg learns the renormalization group of the two-dimensional Ising model:
// a normalizing flow in the shape of a MERA is trained from the model's energy
// alone, and the terminal shows how.
package main

import (
	"os"

	"neuralrg/tui/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:])) }
