package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// table is numbers and words by row and column. The names of columns of numbers
// have their units, as in "gap [nats]"; [1] is that of pure numbers.
type table struct {
	columns []string
	rows    [][]any // string, int or float64
}

// newTable makes an empty one.
func newTable(columns ...string) *table { return &table{columns: columns} }

// add appends a row.
func (t *table) add(cells ...any) {
	if len(cells) != len(t.columns) {
		panic(fmt.Sprintf("report: %d cells for %d columns", len(cells), len(t.columns)))
	}
	t.rows = append(t.rows, cells)
}

// addEach appends a row for each of some numbers.
func (t *table) addEach(values []float64) {
	for _, v := range values {
		t.add(v)
	}
}

// extend adds a column of numbers to the rows that there are.
func (t *table) extend(column string, values []float64) {
	t.columns = append(t.columns, column)
	for i, v := range values {
		t.rows[i] = append(t.rows[i], rounded(v))
	}
}

// rounded is a value with five digits, more than pictures of samples are worth.
func rounded(v float64) float64 {
	short, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 5, 64), 64) // it was written just now
	return short
}

// csv is the table as comma-separated values, numbers in the shortest form that gives them back. One
// that is not known is empty.
func (t *table) csv() []byte {
	var b bytes.Buffer
	lines := csv.NewWriter(&b)
	_ = lines.Write(t.columns) // to memory
	for _, row := range t.rows {
		_ = lines.Write(texts(row, "", func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }))
	}
	lines.Flush()
	return b.Bytes()
}

// markdown is the table for reading.
func (t *table) markdown() string {
	var b strings.Builder
	line := func(cells []string) {
		for i, c := range cells {
			cells[i] = strings.ReplaceAll(c, "|", `\|`)
		}
		fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | "))
	}
	heads := make([]string, len(t.columns))
	for i, c := range t.columns {
		heads[i] = strings.TrimSuffix(c, " [1]")
	}
	line(heads)
	line(strings.Split(strings.Repeat("--- ", len(heads)-1)+"---", " "))
	for _, row := range t.rows {
		line(texts(row, "–", func(v float64) string { return strconv.FormatFloat(v, 'g', 5, 64) }))
	}
	return b.String()
}

// texts writes the cells of a row.
func texts(row []any, unknown string, number func(float64) string) []string {
	cells := make([]string, len(row))
	for i, c := range row {
		switch v := c.(type) {
		case string:
			cells[i] = v
		case int:
			cells[i] = strconv.Itoa(v)
		case float64:
			if cells[i] = unknown; finite(v) {
				cells[i] = number(v)
			}
		default:
			panic(fmt.Sprintf("report: a cell of type %T", c))
		}
	}
	return cells
}

// MarshalJSON writes a list of objects, one a row.
func (t *table) MarshalJSON() ([]byte, error) {
	list := make([]map[string]any, len(t.rows))
	for i, row := range t.rows {
		list[i] = map[string]any{}
		for j, c := range row {
			if v, number := c.(float64); number && !finite(v) {
				c = nil
			}
			list[i][t.columns[j]] = c
		}
	}
	return json.Marshal(list)
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
