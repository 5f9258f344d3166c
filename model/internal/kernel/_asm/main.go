// The program _asm writes the assembly of package kernel, one instruction set at
// a time. Package kernel's plain Go is the specification; the comments here say
// only how a vector unit does the same.
package main

import (
	"flag"
	"log"

	. "github.com/mmcloughlin/avo/build"
)

//go:generate go run . -isa avx512 -out ../avx512_amd64.s -stubs ../avx512_amd64.go -pkg kernel
//go:generate go run . -isa avx2 -out ../avx2_amd64.s -stubs ../avx2_amd64.go -pkg kernel

func main() {
	name := flag.String("isa", "", "instruction set: avx512 or avx2")
	flag.Parse()
	u, ok := units[*name]
	if !ok {
		log.Fatalf("no instruction set %q", *name)
	}
	ConstraintExpr("!purego")
	for rows := 1; rows <= maxRows; rows++ {
		for _, e := range []ending{linear, elu, add, gate} {
			product(u, rows, e)
		}
	}
	for rows := 1; rows <= u.gradRows; rows++ {
		for columns := 1; columns <= gradColumns; columns++ {
			gradient(u, rows, columns)
		}
	}
	affine(u, generation)
	affine(u, renormalization)
	affineBack(u, generation)
	affineBack(u, renormalization)
	peak(u)
	Generate()
}
