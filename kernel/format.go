package kernel

import (
	"fmt"
	"math"
	"time"
)

// formatDuration prints a measured duration with two or three digits in the
// unit that reads best: "340 ms", "2.1 s", "1 min 40 s", "2 h 5 min".
func formatDuration(d time.Duration) string {
	s := d.Seconds()
	switch {
	case s < 0.001:
		return "under 1 ms"
	case s < 0.9995:
		return fmt.Sprintf("%.0f ms", s*1000)
	case s < 9.95:
		return fmt.Sprintf("%.1f s", s)
	case s < 59.5:
		return fmt.Sprintf("%.0f s", s)
	case s < 3600-0.5:
		t := int(math.Round(s))
		return fmt.Sprintf("%d min %d s", t/60, t%60)
	}
	t := int(math.Round(s / 60))
	return fmt.Sprintf("%d h %d min", t/60, t%60)
}

// formatAge prints how long ago something was, in one unit: "12 minutes".
func formatAge(d time.Duration) string {
	const day = 24 * time.Hour
	for _, u := range []struct {
		name string
		unit time.Duration
	}{{"day", day}, {"hour", time.Hour}, {"minute", time.Minute}, {"second", time.Second}} {
		if n := int64(d / u.unit); n == 1 {
			return "1 " + u.name
		} else if n > 1 {
			return fmt.Sprintf("%d %ss", n, u.name)
		}
	}
	return "a moment"
}

// formatBytes prints a size with two digits or more: "812 B", "2.2 MB".
func formatBytes(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	x, unit := float64(n)/1000, "kB"
	for _, next := range []string{"MB", "GB", "TB"} {
		if x < 999.5 {
			break
		}
		x, unit = x/1000, next
	}
	if x < 9.95 {
		return fmt.Sprintf("%.1f %s", x, unit)
	}
	return fmt.Sprintf("%.0f %s", x, unit)
}
