package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// faultTests is where the tests are that docs/faults.md names.
var faultTests = map[string]string{"run": "training/run", "cli": "tui/cli"}

// TestFaultsNameTheirTests sees that each row of the table of faults names a test,
// and that each test named there stands in the package that it is said to be in.
func TestFaultsNameTheirTests(t *testing.T) {
	text, err := os.ReadFile("docs/faults.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]map[string]bool{}
	for name, folder := range faultTests {
		tests[name] = testsIn(t, folder)
	}
	rows := 0
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| fault |") {
			continue
		}
		rows++
		for _, problem := range misnamed(line, tests) {
			t.Errorf("%s: %s", strings.TrimSpace(line), problem)
		}
	}
	if rows == 0 {
		t.Error("docs/faults.md has no table")
	}
}

// misnamed says what is wrong with the tests that a row of the table names in
// its last column.
func misnamed(row string, tests map[string]map[string]bool) (problems []string) {
	cells := strings.Split(strings.TrimSpace(row), " | ")
	found, folder := 0, ""
	for _, word := range strings.FieldsFunc(cells[len(cells)-1], func(r rune) bool { return strings.ContainsRune(" ,`|", r) }) {
		name, isFolder := strings.CutSuffix(word, ":")
		switch {
		case isFolder:
			folder = name
		case !tests[folder][word]:
			problems = append(problems, "there is no test "+word+" in "+faultTests[folder])
		default:
			found++
		}
	}
	if found == 0 {
		problems = append(problems, "no test shows it")
	}
	return problems
}

// testsIn returns the names of the tests in a folder, for any system and tag.
func testsIn(t *testing.T, folder string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]bool{}
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") {
				tests[f.Name.Name] = true
			}
		}
	}
	return tests
}

func TestMisnamedTestsAreSeen(t *testing.T) {
	tests := map[string]map[string]bool{"run": {"TestA": true}, "cli": {"TestB": true}}
	for row, want := range map[string]int{
		"| a fault | it ends | run: `TestA`, cli: `TestB` |\n": 0,
		"| a fault | `it` ends | run: `TestA`, `TestB` |\n":    1,
		"| a fault | it ends | cli: `TestC` |\n":               2,
		"| a fault | it ends | `TestA` |\n":                    2,
		"| a fault | it ends | |\n":                            1,
	} {
		if got := misnamed(row, tests); len(got) != want {
			t.Errorf("%s: %q", strings.TrimSpace(row), got)
		}
	}
}
