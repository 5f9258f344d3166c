// Package npz reads and writes NumPy archives, .npz, in bounded memory. Such a
// file is a zip of .npy members, one for each array; numpy.load reads what is
// written here, and numpy.savez or numpy.savez_compressed write what is read.
package npz

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// NumPy's names for types of numbers, little-endian.
const (
	Float32 = "<f4"
	Float64 = "<f8"
	Int64   = "<i8"
	Int32   = "<i4"
	Int8    = "|i1"
	Uint8   = "|u1"
)

// magic begins every .npy member.
const magic = "\x93NUMPY"

// extension ends the name of the member of an array.
const extension = ".npy"

// Header is what stands before the data of an array in row-major order, in
// version 1.0 of the format: the magic, a length and a Python dictionary, padded
// with spaces to a multiple of 64 bytes and ended by a newline. See the NEP 1 of
// NumPy.
func Header(dtype string, shape []int) []byte {
	dict := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }", dtype, Tuple(shape))
	const fixed = 10 // magic, version and length
	size := (fixed + len(dict) + 1 + 63) / 64 * 64
	header := append(make([]byte, 0, size), magic+"\x01\x00"...)
	header = binary.LittleEndian.AppendUint16(header, uint16(size-fixed))
	header = append(header, dict...)
	header = append(header, bytes.Repeat([]byte{' '}, size-len(header)-1)...)
	return append(header, '\n')
}

// Tuple writes a shape as Python does.
func Tuple(shape []int) string {
	parts := make([]string, len(shape))
	for i, n := range shape {
		parts[i] = strconv.Itoa(n)
	}
	if len(parts) == 1 {
		return "(" + parts[0] + ",)"
	}
	return "(" + strings.Join(parts, ", ") + ")"
}
