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
	case opIndex:
		return 8 // from a store to the loads of its parts
	case opGather:
		return 12
	}
	return 1
}

// arrange links checks, stores and the result into one order that is right
// wherever instructions are moved, and returns the program: first what decides
// whether vector code may do the step at all, so that stores can follow early.
func (g *graph) arrange() []*node {
	users := map[*node][]*node{}
	bail := &node{op: opBail}
	for i, c := range g.checks {
		if i > 0 {
			c.after = append(c.after, g.checks[i-1])
		}
		bail.after = append(bail.after, c)
	}
	var program []*node
	seen := map[*node]bool{}
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
		program = append(program, n)
		if n.op == opGather { // its results come with it
			for _, m := range g.nodes {
				if (m.op == opFirst || m.op == opSecond) && m.args[0] == n {
					visit(m)
				}
			}
		}
	}
	visit(bail)
	for _, s := range g.stores {
		visit(s.args[0])
	}
	for _, s := range g.stores {
		s.after = append(s.after, bail)
		for _, u := range users[g.slot(s.n)] {
			s.after = append(s.after, u)
		}
		visit(s)
	}
	visit(g.result)
	for i, n := range program {
		n.order = i
	}
	return program
}

// inMemory tells whether a node has a place of its own in memory.
func (n *node) inMemory() bool { return n.op == opConst || n.op == opSlot }

// schedule reorders a program so that results are ready when they are used: at
// each cycle it takes those ready nodes on which the longest chain of others
// waits. It looks only at the first nodes that are left, so that not too many
// results wait in registers.
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
	take := func(i, cycle int) {
		n := left[i]
		left = slices.Delete(left, i, i+1)
		out = append(out, n)
		for _, u := range users[n] {
			waiting[u]--
			ready[u] = max(ready[u], cycle+latency(n))
		}
	}
	for cycle := 0; len(left) > 0; cycle++ {
		for issued := 0; issued < width; {
			best := -1
			for i, n := range left[:min(window, len(left))] {
				if waiting[n] > 0 || ready[n] > cycle {
					continue
				}
				if best < 0 || height[n] > height[left[best]] {
					best = i
				}
			}
			if best < 0 {
				break
			}
			free := left[best].op == opFirst || left[best].op == opSecond
			take(best, cycle)
			if !free {
				issued++
			}
		}
	}
	return out
}
