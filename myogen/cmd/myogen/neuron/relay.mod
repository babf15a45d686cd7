TITLE Terminal of a drive neuron: passes every event on at once

NEURON {
    ARTIFICIAL_CELL Relay
}

NET_RECEIVE(w) {
    net_event(t)
}
