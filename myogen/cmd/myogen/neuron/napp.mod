TITLE Sodium and potassium currents of the NERLab motor neuron's soma

COMMENT
Cisi and Kohn (2008), J Comput Neurosci 25:520, after Traub et al. (1991).
Potentials are relative to rest.
ENDCOMMENT

NEURON {
    SUFFIX napp
    USEION na READ ena WRITE ina
    USEION k READ ek WRITE ik
    NONSPECIFIC_CURRENT il
    RANGE gnabar, gnapbar, gkfbar, gksbar, gl, el, vtraub, rinact
    THREADSAFE
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gnabar = 0.03 (S/cm2)
    gnapbar = 0.0005 (S/cm2)
    gkfbar = 0.002 (S/cm2)
    gksbar = 0.018 (S/cm2)
    gl = 0.001 (S/cm2)
    el = 0 (mV)
    vtraub = 0 (mV)
    rinact = 0.04 (/ms)
}

ASSIGNED {
    v (mV)
    ena (mV)
    ek (mV)
    ina (mA/cm2)
    ik (mA/cm2)
    il (mA/cm2)
    minf mtau (ms) hinf htau (ms) pinf ptau (ms) ninf ntau (ms) rinf rtau (ms)
}

STATE { m h p n r }

BREAKPOINT {
    SOLVE gates METHOD cnexp
    ina = gnabar*m*m*m*h*(v - ena) + gnapbar*p*p*p*(v - ena)
    ik = gkfbar*n*n*n*n*(v - ek) + gksbar*r*r*(v - ek)
    il = gl*(v - el)
}

INITIAL {
    rates(v)
    m = minf
    h = hinf
    p = pinf
    n = ninf
    r = rinf
}

DERIVATIVE gates {
    rates(v)
    m' = (minf - m)/mtau
    h' = (hinf - h)/htau
    p' = (pinf - p)/ptau
    n' = (ninf - n)/ntau
    r' = (rinf - r)/rtau
}

PROCEDURE rates(v (mV)) {
    LOCAL a, b, u
    u = v - vtraub
    a = 0.64*linoid(15 - u, 4)
    b = 0.56*linoid(u - 40, 5)
    minf = a/(a + b)
    mtau = 1/(a + b)
    a = 0.928*exp((17 - u)/18)
    b = 9/(exp((40 - u)/5) + 1)
    hinf = a/(a + b)
    htau = 1/(a + b)
    a = 0.64*linoid(5 - u, 4)
    b = 0.56*linoid(u - 30, 5)
    pinf = a/(a + b)
    ptau = 1/(a + b)
    a = 0.08*linoid(15 - u, 7)
    b = 2*exp((10 - u)/40)
    ninf = a/(a + b)
    ntau = 1/(a + b)
    a = 3.5/(exp((55 - u)/4) + 1)
    rinf = a/(a + rinact)
    rtau = 1/(a + rinact)
}

FUNCTION linoid(x, k) {
    if (fabs(x/k) < 1e-6) {
        linoid = k*(1 - x/k/2)
    } else {
        linoid = x/(exp(x/k) - 1)
    }
}
