package charttest

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"testing"
)

// Golden fails the test where a picture is not that of a file, which it writes
// when update is set. Other processors round the edges of letters and lines
// another way: one px in 2000 may differ.
func Golden(t *testing.T, file string, picture []byte, update bool) {
	t.Helper()
	if update {
		if err := os.WriteFile(file, picture, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	a, b := decode(t, picture), decode(t, want)
	if a.Bounds() != b.Bounds() {
		t.Fatalf("the picture is %v, want %v", a.Bounds(), b.Bounds())
	}
	differ := 0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			if far(a, b, x, y) {
				differ++
			}
		}
	}
	if all := a.Bounds().Dx() * a.Bounds().Dy(); differ > all/2000 {
		t.Errorf("%d of %d px differ from %s", differ, all, file)
	}
}

func far(a, b image.Image, x, y int) bool {
	r, g, bl, _ := a.At(x, y).RGBA()
	u, v, w, _ := b.At(x, y).RGBA()
	d := func(p, q uint32) uint32 { return max(p, q) - min(p, q) }
	return d(r, u)+d(g, v)+d(bl, w) > 0x3000
}

func decode(t *testing.T, b []byte) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return img
}
