TITLE Fast sodium current of the Powers 2017 motor neuron

COMMENT
Powers and Heckman (2017), J Neurophysiol 117:1171. The slow gate stays at 1
with ar = 1.
ENDCOMMENT

NEURON {
    SUFFIX na3rp
    USEION na READ ena WRITE ina
    RANGE gbar
    GLOBAL sh, ar, thinf, qinf
    THREADSAFE
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.01 (S/cm2)
    sh = 1 (mV)
    ar = 1
    thinf = -50 (mV)
    qinf = 8 (mV)
    celsius (degC)
}

ASSIGNED {
    v (mV)
    ena (mV)
    ina (mA/cm2)
    minf mtau (ms) hinf htau (ms) sinf stau (ms)
}

STATE { m h s }

BREAKPOINT {
    SOLVE gates METHOD cnexp
    ina = gbar*m*m*m*h*s*(v - ena)
}

INITIAL {
    rates(v)
    m = minf
    h = hinf
    s = sinf
}

DERIVATIVE gates {
    rates(v)
    m' = (minf - m)/mtau
    h' = (hinf - h)/htau
    s' = (sinf - s)/stau
}

PROCEDURE rates(v (mV)) {
    LOCAL a, b, q, c
    q = 2^((celsius - 24)/10)
    a = rate(v, -30 + sh, 0.4, 7.2)
    b = rate(-v, 30 - sh, 0.124, 7.2)
    mtau = 1/(a + b)/q
    if (mtau < 0.02) { mtau = 0.02 }
    minf = a/(a + b)
    a = rate(v, -45 + sh, 0.03, 1.5)
    b = rate(-v, 45 - sh, 0.01, 1.5)
    htau = 1/(a + b)/q
    if (htau < 0.5) { htau = 0.5 }
    hinf = 1/(1 + exp((v - thinf - sh)/qinf))
    c = 1/(1 + exp((v + 58 - sh)/2))
    sinf = c + ar*(1 - c)
    a = exp(0.45*(v + 60 - sh))
    stau = 30000*exp(0.45*0.2*(v + 60 - sh))/(1 + a)
    if (stau < 10) { stau = 10 }
}

FUNCTION rate(u, th, a, s) {
    if (fabs(u - th) > 1e-6) {
        rate = a*(u - th)/(1 - exp(-(u - th)/s))
    } else {
        rate = a*s
    }
}
