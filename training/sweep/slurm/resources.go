package slurm

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// owned are the options of sbatch that a submission sets itself: another value
// would break what it relies on.
var owned = []string{
	"array", "a", "job-name", "J", "output", "o", "error", "e", "open-mode", "chdir", "D", "hold", "H",
	"parsable", "wrap", "requeue", "no-requeue", "wait", "W", "test-only", "export", "export-file", "clusters", "M", "ignore-pbs", "help", "h", "version", "V", "usage",
}

// Check refuses options that cannot be meant.
func (o Options) Check() error {
	if _, known := parseTime(o.Time); o.Time != "" && !known {
		return wrong(fmt.Sprintf("flag --time: %q is no time of Slurm's", o.Time), "give minutes, hours:minutes:seconds or days-hours, as in --time 12:00:00")
	}
	if _, known := parseMemory(o.Memory); o.Memory != "" && !known {
		return wrong(fmt.Sprintf("flag --mem: %q is no size of Slurm's", o.Memory), "give megabytes, or a number with K, M, G or T, as in --mem 4G")
	}
	if o.CPUs < 0 || o.Pack < 0 || o.AtOnce < 0 {
		return wrong("a number of processors, points or tasks is negative", "give numbers from 1 on")
	}
	for _, arg := range append(slices.Clone(o.Args), o.Partition, o.Account) {
		if strings.ContainsFunc(arg, func(r rune) bool { return r < ' ' || r == '"' || r == '\\' }) {
			return wrong(fmt.Sprintf("%q has a character that a line of a batch script cannot hold", arg), "leave out double quotes, backslashes and control characters")
		}
	}
	for _, arg := range o.Args {
		name := optionName(arg)
		if name == "" {
			return wrong(fmt.Sprintf("flag --sbatch-arg: %q is no option of sbatch", arg), "give each option as one word with its value, as in --sbatch-arg=--qos=long")
		}
		if slices.Contains(owned, name) {
			return wrong(fmt.Sprintf("flag --sbatch-arg: %s is set by the sweep itself", arg), "leave it out; neuralrg sweep run --dry-run shows what is set")
		}
	}
	return nil
}

func wrong(text, hint string) error { return &problem{text: text, hint: hint, usage: true} }

// optionName is the name of an option of a command; empty if it is none.
func optionName(arg string) string {
	if long, found := strings.CutPrefix(arg, "--"); found {
		name, _, _ := strings.Cut(long, "=")
		return name
	}
	if len(arg) > 1 && arg[0] == '-' {
		return arg[1:2]
	}
	return ""
}

// forms are those that Slurm has for times.
var forms = regexp.MustCompile(`^(?:(\d{1,5})-)?(\d{1,7})(?::(\d{1,7}))?(?::(\d{1,7}))?$`)

// endless is the time of a job without a limit.
const endless = time.Duration(math.MaxInt64)

// parseTime reads a time as Slurm takes and prints it.
func parseTime(text string) (time.Duration, bool) {
	switch strings.ToLower(text) {
	case "infinite", "unlimited", "0", "-1":
		return endless, true
	}
	m := forms.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	n := make([]int, 4)
	for i, digits := range m[1:] {
		n[i], _ = strconv.Atoi(digits) // 0 if it is not there
	}
	units := []time.Duration{time.Minute, time.Second} // minutes, minutes:seconds
	switch {
	case m[1] != "":
		units = []time.Duration{time.Hour, time.Minute, time.Second}
	case m[4] != "":
		units = []time.Duration{time.Hour, time.Minute, time.Second}
	}
	total := time.Duration(n[0]) * 24 * time.Hour
	for i, unit := range units {
		total += time.Duration(n[i+1]) * unit
	}
	return total, true
}

// parseMemory reads a size as Slurm takes it, in megabytes.
func parseMemory(text string) (float64, bool) {
	factor := 1.0
	if text != "" {
		if i := strings.IndexByte("KMGT", strings.ToUpper(text[len(text)-1:])[0]); i >= 0 {
			factor = math.Pow(1024, float64(i-1))
			text = text[:len(text)-1]
		}
	}
	n, err := strconv.ParseUint(text, 10, 40)
	return float64(n) * factor, err == nil
}

// partition is what tasks may have at most in a partition.
type partition struct {
	name   string
	first  bool // it is where jobs go that name none
	up     bool
	time   time.Duration
	cpus   int
	memory float64 // megabytes
}

// partitionFormat has the fields of a line of sinfo. With --exact there is a line
// for each kind of node.
const partitionFormat = "%P|%a|%l|%c|%m"

// parsePartitions reads what sinfo prints.
func parsePartitions(text string) ([]partition, error) {
	var all []partition
	for l := range strings.Lines(text) {
		fields := strings.Split(strings.TrimSpace(l), "|")
		if len(fields) == 1 && fields[0] == "" {
			continue
		}
		if len(fields) != 5 {
			return nil, fmt.Errorf("sinfo printed %q", strings.TrimSpace(l))
		}
		name, first := strings.CutSuffix(fields[0], "*")
		limit, known := parseTime(fields[2])
		if !known {
			limit = endless // n/a
		}
		cpus, _ := strconv.Atoi(strings.TrimSuffix(fields[3], "+"))
		memory, _ := strconv.ParseFloat(strings.TrimSuffix(fields[4], "+"), 64)
		p := partition{name: name, first: first, up: fields[1] == "up", time: limit, cpus: cpus, memory: memory}
		if i := slices.IndexFunc(all, func(q partition) bool { return q.name == name }); i >= 0 {
			all[i].cpus, all[i].memory = max(all[i].cpus, cpus), max(all[i].memory, memory)
			continue
		}
		all = append(all, p)
	}
	return all, nil
}

// fit refuses what would wait for ever: Slurm takes it, and never begins.
func (a *array) fit(ctx context.Context) error {
	out, err := ask(ctx, askTimeout, "sinfo", "-h", "--exact", "-o", partitionFormat)
	if err != nil {
		return err
	}
	all, err := parsePartitions(out)
	if err != nil {
		return &silent{"sinfo", err}
	}
	if err := a.fitPartitions(all); err != nil {
		return err
	}
	out, err = ask(ctx, askTimeout, "scontrol", "show", "config")
	if err != nil {
		return err
	}
	return a.fitSize(maxArraySize(out))
}

// fitPartitions refuses what no node of the partitions that are asked for has.
func (a *array) fitPartitions(all []partition) error {
	var names []string
	var chosen []partition
	wanted := strings.Split(a.Partition, ",")
	for _, p := range all {
		names = append(names, p.name)
		if (a.Partition == "" && p.first) || slices.Contains(wanted, p.name) {
			chosen = append(chosen, p)
		}
	}
	list := "choose one with --partition: " + strings.Join(names, ", ")
	if a.Partition != "" {
		for _, name := range wanted {
			if !slices.Contains(names, name) {
				return wrong(fmt.Sprintf("there is no partition %q", name), list)
			}
		}
	}
	if len(chosen) == 0 {
		if a.Partition == "" && len(all) > 0 {
			return wrong("there is no default partition here", list)
		}
		return &problem{text: "Slurm shows no partition", hint: "see sinfo"}
	}
	var best partition
	for _, p := range chosen {
		if !p.up {
			continue
		}
		best = partition{name: p.name, up: true, time: max(best.time, p.time), cpus: max(best.cpus, p.cpus), memory: max(best.memory, p.memory)}
	}
	where := "partition " + chosen[0].name
	if len(chosen) > 1 {
		where = "any of the partitions " + a.Partition
	}
	limit, _ := parseTime(a.Time)
	memory, _ := parseMemory(a.Memory)
	switch {
	case !best.up:
		return wrong(where+" is down", list)
	case a.Time != "" && limit > best.time:
		return wrong(fmt.Sprintf("--time %s is more than %s allows (%s)", a.Time, where, duration(best.time)), "ask for less: a task whose time is over saves, and goes on in a new turn")
	case a.CPUs > best.cpus:
		return wrong(fmt.Sprintf("--cpus %d is more than a node of %s has (%d)", a.CPUs, where, best.cpus), "ask for fewer, or for another partition with --partition")
	case a.Memory != "" && memory > best.memory:
		return wrong(fmt.Sprintf("--mem %s is more than a node of %s has (%.0fM)", a.Memory, where, best.memory), "ask for less, or for another partition with --partition")
	}
	return nil
}

// duration writes a time as Slurm does.
func duration(d time.Duration) string {
	s := int(d.Seconds())
	text := fmt.Sprintf("%02d:%02d:%02d", s/3600%24, s/60%60, s%60)
	if days := s / 86400; days > 0 {
		text = fmt.Sprintf("%d-%s", days, text)
	}
	return text
}

// maxArraySize finds the number that the index of a task must be below; 0 if
// there is none.
func maxArraySize(config string) int {
	for l := range strings.Lines(config) {
		if name, value, _ := strings.Cut(l, "="); strings.TrimSpace(name) == "MaxArraySize" {
			n, _ := strconv.Atoi(strings.TrimSpace(value))
			return n
		}
	}
	return 0
}

func (a *array) fitSize(most int) error {
	last := a.tasks[len(a.tasks)-1].ID
	if most == 0 || last < most {
		return nil
	}
	hint := fmt.Sprintf("let points share tasks: --pack %d", (last+most)/most*max(a.Pack, 1))
	return wrong(fmt.Sprintf("the sweep needs a task %d, and arrays end below %d here", last, most), hint)
}
