TITLE Hyperpolarisation-activated current of the Powers 2017 motor neuron

COMMENT
Powers and Heckman (2017), J Neurophysiol 117:1171.
ENDCOMMENT

NEURON {
    SUFFIX gh
    NONSPECIFIC_CURRENT i
    RANGE ghbar
    GLOBAL half, slp, htau, eh, ninf
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    ghbar = 1e-4 (S/cm2)
    half = -77 (mV)
    slp = 8 (mV)
    htau = 30 (ms)
    eh = -41 (mV)
}

ASSIGNED {
    v (mV)
    i (mA/cm2)
    ninf
}

STATE { n }

BREAKPOINT {
    SOLVE gates METHOD cnexp
    i = ghbar*n*(v - eh)
}

INITIAL {
    rates(v)
    n = ninf
}

DERIVATIVE gates {
    rates(v)
    n' = (ninf - n)/htau
}

PROCEDURE rates(v (mV)) {
    TABLE ninf DEPEND half, slp FROM -100 TO 100 WITH 200
    ninf = 1/(1 + exp((v - half)/slp))
}
