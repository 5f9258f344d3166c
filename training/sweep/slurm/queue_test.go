package slurm

import (
	"slices"
	"strings"
	"testing"
)

func TestParseRows(t *testing.T) {
	got, err := parseRows("12|0|COMPLETED|n1|None\n12|3|RUNNING|n2|None\n\n12|4|PENDING||JobHeldUser\n77|N/A|RUNNING|n1|None\n" +
		"12|5|PENDING||(Nodes required for job are DOWN, DRAINED | reserved)\n12|6|REQUEUED||BeginTime\n12|7|FROM_THE_FUTURE|n9|x\n")
	want := []row{
		{"12", 0, "COMPLETED", "None", "n1"},
		{"12", 3, "RUNNING", "None", "n2"},
		{"12", 4, "PENDING", "JobHeldUser", ""},
		{"12", 5, "PENDING", "(Nodes required for job are DOWN, DRAINED | reserved)", ""},
		{"12", 6, "REQUEUED", "BeginTime", ""},
		{"12", 7, "FROM_THE_FUTURE", "x", "n9"},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	for i, w := range []struct{ over, waits bool }{{true, false}, {false, false}, {false, true}, {false, true}, {false, true}, {false, false}} {
		if got[i].over() != w.over || got[i].waits() != w.waits {
			t.Errorf("%v: over %v, waits %v", got[i], got[i].over(), got[i].waits())
		}
	}
	if got[1].id() != "12_3" {
		t.Errorf("an element is called %s", got[1].id())
	}
	if rows, err := parseRows("slurm_load_jobs error\n"); err == nil {
		t.Errorf("words are read as %v", rows)
	}
}

func TestParseTime(t *testing.T) {
	for text, want := range map[string]string{
		"90": "01:30:00", "90:30": "01:30:30", "1:00:00": "01:00:00", "7-00:00:00": "7-00:00:00", "2-12": "2-12:00:00", "1-2:03": "1-02:03:00", "30:00": "00:30:00",
	} {
		if d, ok := parseTime(text); !ok || duration(d) != want {
			t.Errorf("%s is %s, %v; want %s", text, duration(d), ok, want)
		}
	}
	for _, text := range []string{"infinite", "UNLIMITED"} {
		if d, ok := parseTime(text); !ok || d != endless {
			t.Errorf("%s is %v, %v", text, d, ok)
		}
	}
	for _, text := range []string{"", "soon", "1h", "1:2:3:4", "-5", "1-", "999999999999"} {
		if d, ok := parseTime(text); ok {
			t.Errorf("%q is read as %v", text, d)
		}
	}
}

func TestParseMemory(t *testing.T) {
	for text, want := range map[string]float64{"500": 500, "4G": 4096, "1T": 1 << 20, "2048K": 2, "7m": 7} {
		if mb, ok := parseMemory(text); !ok || mb != want {
			t.Errorf("%s is %v MB, %v; want %v", text, mb, ok, want)
		}
	}
	for _, text := range []string{"", "G", "much", "-1", "1.5G"} {
		if mb, ok := parseMemory(text); ok {
			t.Errorf("%q is read as %v", text, mb)
		}
	}
}

func TestFit(t *testing.T) {
	all, err := parsePartitions("debug*|up|1:00:00|2|1000\nlong|up|7-00:00:00|16|64000\nlong|up|7-00:00:00|64+|256000\nold|down|infinite|2|1000\n")
	if err != nil || len(all) != 3 || all[1].cpus != 64 {
		t.Fatalf("%v, %v", all, err)
	}
	for _, c := range []struct {
		options Options
		say     string // empty: it fits
	}{
		{Options{}, ""},
		{Options{Time: "60", CPUs: 2, Memory: "1000"}, ""},
		{Options{Time: "61"}, "partition debug allows (01:00:00)"},
		{Options{Time: "unlimited"}, "allows"},
		{Options{CPUs: 3}, "has (2)"},
		{Options{Memory: "1G"}, "has (1000M)"},
		{Options{Partition: "long", Time: "2-00", CPUs: 64, Memory: "250000"}, ""},
		{Options{Partition: "long", Time: "8-00"}, "7-00:00:00"},
		{Options{Partition: "long", CPUs: 65}, "has (64)"},
		{Options{Partition: "debug,long", CPUs: 20}, ""},
		{Options{Partition: "debug,long", CPUs: 65}, "any of the partitions"},
		{Options{Partition: "longest"}, `no partition "longest"`},
		{Options{Partition: "old"}, "is down"},
	} {
		a := &array{Options: c.options}
		err := a.fitPartitions(all)
		if (err == nil) != (c.say == "") || (err != nil && (!strings.Contains(err.Error(), c.say) || err.(*problem).hint == "")) {
			t.Errorf("%+v: %v", c.options, err)
		}
	}
	size := maxArraySize("ControlMachine = c\nMaxArraySize            = 1001\nMaxJobCount = 10000\n")
	a := &array{tasks: []task{{ID: 1000}}}
	if size != 1001 || a.fitSize(size) != nil {
		t.Errorf("size %d: %v", size, a.fitSize(size))
	}
	a.tasks = append(a.tasks, task{ID: 1001})
	if err := a.fitSize(size); err == nil || !strings.Contains(err.(*problem).hint, "--pack 2") {
		t.Errorf("a task 1001 below %d: %v", size, err)
	}
}

func TestOptionsThatCannotBeMeant(t *testing.T) {
	for say, o := range map[string]Options{
		"--time":          {Time: "soon"},
		"--mem":           {Memory: "much"},
		"negative":        {CPUs: -1},
		"no option":       {Args: []string{"qos"}},
		"set by":          {Args: []string{"--array=1"}},
		"-o":              {Args: []string{"-ofile"}},
		"batch script":    {Args: []string{"--comment=a\n#SBATCH --wrap"}},
		"a batch script ": {Account: "a\"b"},
	} {
		if err := o.Check(); err == nil || !strings.Contains(err.Error(), say) && !strings.Contains(err.Error(), "batch script") {
			t.Errorf("%+v: %v", o, err)
		}
	}
	good := Options{Time: "12:00:00", Memory: "4G", CPUs: 2, Pack: 3, Account: "physics", Partition: "long", Args: []string{"--qos=long", "-C", "--mail-type=END"}}
	good.Args = slices.Delete(good.Args, 1, 2)
	if err := good.Check(); err != nil {
		t.Error(err)
	}
}
