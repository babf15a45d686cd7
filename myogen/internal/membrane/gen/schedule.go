package main

import "slices"

// latency is how many cycles a result takes; about what Zen 4, Zen 5 and Ice
// Lake have. Only the order of instructions depends on it.
func latency(n *node) int {
	switch n.op {
	case opDiv:
		return 16
	case opAdd, opSub, opMul, opFMA, opMin, opMax, opTruncate, opCheck:
		return 4
	case opGather:
		return 20
	}
	return 1
}

// arrange links checks, stores and the result into one order that is right
// wherever instructions are moved, and returns the program: first what decides
// whether vector code may do the halves at all, so that stores can follow early,
// then both halves side by side.
func (g *graph) arrange() []*node {
	users := map[*node][]*node{}
	bail := &node{op: opBail}
	for i, c := range g.checks {
		if i > 0 {
			c.after = append(c.after, g.checks[i-1])
		}
		bail.after = append(bail.after, c)
	}
	seen := map[*node]bool{}
	var list []*node
	var visit func(n *node)
	visit = func(n *node) {
		if seen[n] || n.inMemory() {
			return
		}
		seen[n] = true
		for _, a := range n.args {
			users[a] = append(users[a], n)
			visit(a)
		}
		for _, a := range n.after {
			visit(a)
		}
		list = append(list, n)
		if n.op == opGather { // its results come with it
			for _, m := range g.nodes {
				if (m.op == opFirst || m.op == opSecond) && m.args[0] == n {
					visit(m)
				}
			}
		}
	}
	take := func() []*node { l := list; list = nil; return l }
	visit(bail)
	first := take()
	var halves [2][]*node
	for part := range halves {
		for _, s := range g.stores {
			if s.part == part {
				visit(s.args[0])
			}
		}
		for _, s := range g.stores {
			if s.part == part {
				s.after = append(s.after, bail)
				s.after = append(s.after, users[g.slot(s.part, s.n)]...)
				visit(s)
			}
		}
		if part == partPotentials {
			visit(g.result)
		}
		halves[part] = take()
	}
	return append(first, sideBySide(halves[0], halves[1])...)
}

// sideBySide merges two lists so that both end together.
func sideBySide(a, b []*node) []*node {
	var out []*node
	for i, j := 0, 0; i < len(a) || j < len(b); {
		if j == len(b) || i < len(a) && i*len(b) <= j*len(a) {
			out = append(out, a[i])
			i++
		} else {
			out = append(out, b[j])
			j++
		}
	}
	return out
}

// inMemory reports whether a node has a place of its own in memory.
func (n *node) inMemory() bool { return n.op == opConst || n.op == opSlot }

// unit is the part of the processor that an operation needs.
type unit int

const (
	unitNone     unit = iota
	unitMultiply      // multiplications, fused ones, and divisions
	unitAdd
	unitAny
)

// demand returns the unit of an operation, and how many operations it counts for.
func demand(n *node) (unit, int) {
	switch n.op {
	case opMul, opFMA:
		return unitMultiply, 1
	case opDiv:
		return unitMultiply, 3
	case opAdd, opSub:
		return unitAdd, 1
	case opFirst, opSecond, opBail:
		return unitNone, 0
	case opGather:
		return unitAny, 8
	}
	return unitAny, 1
}

// schedule reorders a program so that results are ready when they are used: at
// each cycle it takes those ready operations on which the longest chain of
// others waits, as many as the units can begin: width multiplications, width additions,
// twice width in all. It looks only at the first operations that are left, so
// that not too many results wait in registers.
func schedule(program []*node, window, width int) []*node {
	users := map[*node][]*node{}
	waiting := map[*node]int{}
	for _, n := range program {
		for _, a := range slices.Concat(n.args, n.after) {
			if !a.inMemory() {
				users[a] = append(users[a], n)
				waiting[n]++
			}
		}
	}
	height := map[*node]int{}
	for _, n := range slices.Backward(program) {
		for _, u := range users[n] {
			height[n] = max(height[n], height[u])
		}
		height[n] += latency(n)
	}
	ready := map[*node]int{} // cycle at which its arguments are there
	left := slices.Clone(program)
	var out []*node
	var used [unitAny + 1]int // of each unit in this cycle and later ones
	for cycle := 0; len(left) > 0; cycle++ {
		for {
			best := -1
			for i, n := range left[:min(window, len(left))] {
				if u, _ := demand(n); waiting[n] > 0 || ready[n] > cycle || u != unitNone && (u != unitAny && used[u] >= width || used[unitAny] >= 2*width) {
					continue
				}
				if best < 0 || height[n] > height[left[best]] {
					best = i
				}
			}
			if best < 0 {
				break
			}
			n := left[best]
			left = slices.Delete(left, best, best+1)
			out = append(out, n)
			u, count := demand(n)
			if u != unitAny {
				used[u] += count
			}
			used[unitAny] += min(count, 8)
			for _, user := range users[n] {
				waiting[user]--
				ready[user] = max(ready[user], cycle+latency(n))
			}
		}
		for u := range used {
			limit := width
			if unit(u) == unitAny {
				limit = 2 * width
			}
			used[u] = max(0, used[u]-limit)
		}
	}
	return out
}
