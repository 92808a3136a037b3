package main

import (
	"math"
	"time"
)

// row is a promise, the test that holds it, and how much of it `make trust` does.
type row struct {
	name string
	// pkg is the package of the test, relative to the module, and test the pattern of
	// its name.
	pkg, test string
	// target is how much has to be done; 0 for what is always done as a whole.
	target int64
	// budget is when the row has to be done on two cores.
	budget time.Duration
	// endless says that the target is not to be reached: the row is done for as long
	// as its budget.
	endless bool
}

// rows are all promises, in the order of docs/reliability.md. Their budgets together
// are at most twenty minutes.
var rows = []row{
	trustRow("kill -9", "TestNothingIsLost", 2_000, 130),
	trustRow("kill -9 while creating", "TestKilledWhileCreating", 200, 15),
	trustRow("suspects", "TestOnlyTheKillerFails", 40, 15),
	trustRow("recovery", "TestRecoveryIsImmediate", 100, 45),

	diskRow("power loss", "TestPowerFailure", 20_000, 150),
	diskRow("power loss, relaxed", "TestPowerFailureOfARelaxedStore", 500, 10),
	diskRow("power loss, lying disk", "TestPowerFailureOfALyingDisk", 500, 10),
	diskRow("faults", "TestFaults", 20_000, 240),
	diskRow("faults, relaxed", "TestFaultsOfARelaxedStore", 2_000, 35),
	diskRow("full disk", "TestFullDisk", 1_000, 10),

	engineRow("step function", "TestSimulation", 10_000_000, 165),
	{
		name: "decisions", pkg: "internal/oracle", test: "TestRulesMeanTheSame",
		target: 1_000_000, budget: 30 * time.Second,
	},
	{
		name: "decisions in memory", pkg: "runtime", test: "TestCompiledRuleAgreesWithReferenceAndExplanation",
		target: 1_000_000, budget: 10 * time.Second,
	},
	diskRow("store conformance", "TestConformance", 0, 10),

	trustRow("one owner", "TestAFileHasOneOwner", 200, 25),
	trustRow("never locked", "TestWritersReadersAndCheckpoints", 1_000_000, 45),

	diskRow("damage", "TestVerifyAfterFlippedBytes", 4_000, 20),
	diskRow("hostile files", "TestHostileFiles", 2_000, 35),
	trustRow("hostile values", "TestOddValuesSurviveAKill", 2_000, 25),
	trustRow("huge values", "TestHugeValues", 2, 30),
	diskRow("unstorable values", "TestUnstorableValues", 270, 10),
	diskRow("upgrade", "TestKilledUpgrades", 80, 15),

	trustRow("open and close", "TestOpenAndCloseLeaveNothing", 1_000, 10),
	trustRow("no leak", "TestTasksLeaveNothing", 1_000_000, 60),

	engineRow("changed code", "TestAdoptionSimulation", 200_000, 30),
	{
		name: "changed code, each in each state", pkg: "runtime", test: "TestEveryChangeInEveryState",
		target: 1_208, budget: 20 * time.Second,
	},
}

func trustRow(name, test string, target int64, seconds int) row {
	budget := time.Duration(seconds) * time.Second
	return row{name: name, pkg: "internal/trust", test: test, target: target, budget: budget}
}

func engineRow(name, test string, target int64, seconds int) row {
	r := trustRow(name, test, target, seconds)
	r.pkg = "internal/engine"
	return r
}

func diskRow(name, test string, target int64, seconds int) row {
	r := trustRow(name, test, target, seconds)
	r.pkg = "internal/store/sqlite"
	return r
}

// stretched are the rows, each for its part of a length of time, whatever its target.
func stretched(rows []row, length time.Duration) []row {
	var sum time.Duration
	for _, r := range rows {
		sum += r.budget
	}
	list := make([]row, len(rows))
	for i, r := range rows {
		share := float64(r.budget) / float64(sum)
		r.budget, r.target, r.endless = time.Duration(share*float64(length)), math.MaxInt64, true
		list[i] = r
	}
	return list
}
