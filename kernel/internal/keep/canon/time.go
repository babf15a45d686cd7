package canon

import (
	"encoding/binary"
	"fmt"
	"time"
)

// How the zone of a time is written.
const (
	zoneUTC   = 'U'
	zoneLocal = 'L'
	zoneFixed = 'F' // of [time.FixedZone]
	zoneNamed = 'N' // of [time.LoadLocation]
)

// marshalTime writes a time with the name of its zone, which time.Time's own methods
// leave out: the kind of zone, its offset in seconds, its name behind its length, and
// the time in UTC. A zone that could not be found again by its name is an error.
func marshalTime(t time.Time) ([]byte, error) {
	zone, name := byte(zoneNamed), t.Location().String()
	switch loc := t.Location(); {
	case loc == time.UTC:
		zone, name = zoneUTC, ""
	case loc == time.Local:
		zone, name = zoneLocal, ""
	case sameZone(loc, time.FixedZone(name, offset(t))):
		zone = zoneFixed
	default:
		if again, err := time.LoadLocation(name); err != nil || !sameZone(loc, again) {
			return nil, fmt.Errorf("its time zone %q is not one that could be found again", name)
		}
	}
	if len(name) > 255 {
		return nil, fmt.Errorf("the name of its time zone has %d bytes, must have at most 255", len(name))
	}
	utc, err := t.UTC().MarshalBinary()
	b := binary.BigEndian.AppendUint32([]byte{zone}, uint32(offset(t)))
	b = append(append(b, byte(len(name))), name...)
	return append(b, utc...), err
}

func unmarshalTime(b []byte) (time.Time, error) {
	const before = 6 // the name
	if len(b) < before || len(b) < before+int(b[before-1]) {
		return time.Time{}, fmt.Errorf("%d bytes are no time", len(b))
	}
	seconds := int32(binary.BigEndian.Uint32(b[1:]))
	name := string(b[before : before+int(b[before-1])])
	var t time.Time
	if err := t.UnmarshalBinary(b[before+len(name):]); err != nil {
		return t, err
	}
	switch b[0] {
	case zoneUTC:
		return t.UTC(), nil
	case zoneLocal:
		return t.Local(), nil
	case zoneFixed:
		return t.In(time.FixedZone(name, int(seconds))), nil
	case zoneNamed:
		loc, err := time.LoadLocation(name)
		return t.In(loc), err
	}
	return t, fmt.Errorf("there is no kind %q of time zones", b[0])
}

func offset(t time.Time) int {
	_, seconds := t.Zone()
	return seconds
}

// sameZone reports whether two zones have the same clocks, each month of the years in
// which clocks have been changed by rule.
func sameZone(a, b *time.Location) bool {
	for year := 1900; year < 2040; year++ {
		for month := time.January; month <= time.December; month++ {
			t := time.Date(year, month, 15, 12, 0, 0, 0, time.UTC)
			nameA, offsetA := t.In(a).Zone()
			nameB, offsetB := t.In(b).Zone()
			if nameA != nameB || offsetA != offsetB {
				return false
			}
		}
	}
	return true
}
