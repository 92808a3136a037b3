package plan_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/cloacina-go/cloacina/internal/plan"
)

func TestLeavesHoldWhatWasPacked(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(rapid.Bool(), 0, 300).Draw(t, "bits")
		l := plan.LeavesOf(want...)
		for i, b := range want {
			if l.Bit(i) != b {
				t.Fatalf("bit %d is %t, want %t", i, l.Bit(i), b)
			}
		}
		for i := len(want); i < len(want)+130; i++ {
			if l.Bit(i) {
				t.Fatalf("bit %d is set behind the end at %d", i, len(want))
			}
		}
	})
}

func TestLeavesBytesRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := plan.LeavesOf(rapid.SliceOfN(rapid.Bool(), 0, 300).Draw(t, "bits")...)
		stored := l.AppendBytes([]byte("before"))
		back := plan.LeavesFromBytes(stored[len("before"):])
		if string(stored[:len("before")]) != "before" || !back.Equal(l) {
			t.Fatalf("%x does not come back", stored)
		}
		if n := len(stored); n > len("before") && stored[n-1] == 0 {
			t.Fatalf("%x ends in a zero byte", stored)
		}
	})
}

func TestLeavesOfAnyBytesAreCanonical(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		stored := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "bytes")
		l := plan.LeavesFromBytes(stored)
		padded := plan.LeavesFromBytes(append(stored, make([]byte, 20)...))
		if !l.Equal(padded) {
			t.Fatal("zero bytes at the end make a difference")
		}
		for i := range len(stored) * 8 {
			if l.Bit(i) != (stored[i/8]>>(i%8)&1 == 1) {
				t.Fatalf("bit %d of %x is %t", i, stored, l.Bit(i))
			}
		}
	})
}

func TestLeavesDifferInEveryBit(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 63, 64, 65, 128, 129, 200} {
		zero := plan.LeavesOf(make([]bool, n)...)
		if !zero.Equal(plan.Leaves{}) || len(zero.AppendBytes(nil)) != 0 {
			t.Fatalf("%d false leaves differ from none", n)
		}
		for i := range n {
			bits := make([]bool, n)
			bits[i] = true
			one := plan.LeavesOf(bits...)
			if one.Equal(zero) || zero.Equal(one) {
				t.Fatalf("bit %d of %d makes no difference", i, n)
			}
		}
	}
}

func TestLeavesOfDoNotAllocate(t *testing.T) {
	a, b := true, false
	if n := testing.AllocsPerRun(100, func() { sink = plan.LeavesOf(a, b, a) }); n != 0 {
		t.Errorf("three leaves allocate %v times", n)
	}
}

var sink plan.Leaves

func BenchmarkLeavesOf(b *testing.B) {
	x, y := true, false
	for b.Loop() {
		sink = plan.LeavesOf(x, y)
	}
}
