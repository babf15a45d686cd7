package site

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
)

var figureData = regexp.MustCompile(`data-figure="([^"]*)"`)

// forge returns one of our figures with another description and the script that this
// clone draws it with: change gets what the script reads as JSON.
func forge(t testing.TB, figure string, change func(spec any2)) string {
	t.Helper()
	m := figureData.FindStringSubmatch(figure)
	if m == nil {
		t.Fatal("the figure has no data")
	}
	packed, err := base64.StdEncoding.DecodeString(m[1])
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	end := 4 + int(binary.LittleEndian.Uint32(data))
	var spec any2
	if err := json.Unmarshal(data[4:end], &spec); err != nil {
		t.Fatal(err)
	}
	change(spec)
	text, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err = w.Write(append(append(binary.LittleEndian.AppendUint32(nil, uint32(len(text))), text...), data[end:]...))
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	script, err := os.ReadFile("../../kernel/chart/live/figure.js")
	if err != nil {
		t.Fatal(err)
	}
	figure = strings.Replace(figure, m[1], base64.StdEncoding.EncodeToString(b.Bytes()), 1)
	return figure[:strings.LastIndex(figure, "<script>")] + "<script>" + short(string(script)) + "</script>"
}

// texts replaces each text of a figure's description that a reader sees.
func texts(v any, key string, text string) any {
	switch v := v.(type) {
	case any2:
		for k, e := range v {
			v[k] = texts(e, k, text)
		}
	case []any:
		for i, e := range v {
			v[i] = texts(e, key, text)
		}
	case string:
		switch key {
		case "title", "text", "label", "unit", "name", "names", "titles", "categories", "data", "slider":
			return text
		}
	}
	return v
}

// each calls change for each object in a list of a figure's options, as "legend".
func each(spec any2, list string, change func(any2)) {
	for _, o := range spec["options"].([]any) {
		all, _ := o.(any2)[list].([]any)
		for _, e := range all {
			change(e.(any2))
		}
	}
}

// hostile are descriptions of figures that a stranger's notebook may hold under the
// name of ours, with our own script to draw them.
var hostile = map[string]func(spec any2, server string){
	"HTML in all texts": func(spec any2, server string) {
		texts(spec, "", `<img src="`+server+`/text.png" onerror="window.tripped = 50"><script>window.tripped = 50</script>`)
	},
	"links of titles": func(spec any2, _ string) {
		each(spec, "title", func(o any2) {
			o["link"], o["sublink"], o["target"], o["sublinkTarget"], o["triggerEvent"] = "javascript:window.tripped = 51", "javascript:window.tripped = 51", "self", "self", true
			o["subtext"] = "subtitle"
		})
	},
	"links out of titles": func(spec any2, server string) {
		each(spec, "title", func(o any2) { o["link"], o["target"] = server+"/title", "self" })
	},
	"pictures in texts": func(spec any2, server string) {
		rich := any2{"a": any2{"backgroundColor": any2{"image": server + "/rich.png"}, "height": 20, "width": 20}}
		each(spec, "title", func(o any2) { o["textStyle"] = any2{"rich": rich}; o["subtext"] = "{a|x}" })
		each(spec, "legend", func(o any2) { o["icon"] = "image://" + server + "/legend.png"; o["formatter"] = "{a|x}" })
		each(spec, "xAxis", func(o any2) { o["name"] = "{a|x}"; o["nameTextStyle"] = any2{"rich": rich} })
	},
	"pictures as markers": func(spec any2, server string) {
		for _, f := range spec["frames"].([]any) {
			for _, s := range f.(any2)["series"].([]any) {
				s := s.(any2)
				s["marker"], s["color"] = "image://"+server+"/marker.png", "url("+server+"/color.png)"
			}
		}
	},
	"a style that loads": func(spec any2, server string) {
		spec["style"] = `@import url("` + server + `/style.css"); @font-face { font-family: f; src: url("` + server + `/font") } * { font-family: f !important; background: url("` + server + `/background.png") !important; cursor: url("` + server + `/cursor.png"), auto }
</style><script>window.tripped = 52</script>`
	},
	"parts of charts that we do not have": func(spec any2, server string) {
		for _, o := range spec["options"].([]any) {
			o := o.(any2)
			o["graphic"] = []any2{{"type": "image", "style": any2{"image": server + "/graphic.png"}, "onclick": "window.tripped = 53"}}
			o["tooltip"] = any2{"show": true, "alwaysShowContent": true, "formatter": `<img src=x onerror="window.tripped = 53">`, "extraCssText": "background: url(" + server + "/tooltip.png)"}
			o["toolbox"] = any2{"feature": any2{"dataView": any2{"optionToContent": "window.tripped = 53", "lang": []string{`<img src=x onerror="window.tripped = 53">`}}, "saveAsImage": any2{}}}
			o["aria"] = any2{"enabled": true, "label": any2{"description": `"><script>window.tripped = 53</script>`}, "decal": any2{"show": true, "decals": []any2{{"symbol": "image://" + server + "/decal.png"}}}}
			o["timeline"], o["geo"] = any2{"data": []string{"a"}}, any2{"map": server + "/geo.json"}
		}
		each(spec, "grid", func(o any2) {
			o["tooltip"] = any2{"show": true, "formatter": `<img src=x onerror="window.tripped = 53">`}
		})
		each(spec, "xAxis", func(o any2) {
			o["triggerEvent"], o["axisPointer"] = true, any2{"show": true, "label": any2{"show": true, "formatter": "<img src=x onerror=window.tripped=53>"}}
			o["tooltip"] = any2{"show": true, "formatter": `<img src=x onerror="window.tripped = 53">`}
		})
		each(spec, "legend", func(o any2) {
			o["tooltip"] = any2{"show": true, "formatter": `<img src=x onerror="window.tripped = 53">`}
		})
	},
	"names of an object's own": func(spec any2, _ string) {
		evil := any2{"innerHTML": `<img src=x onerror="window.tripped = 54">`, "onclick": "window.tripped = 54", "src": "x"}
		spec["__proto__"], spec["constructor"] = evil, any2{"prototype": evil}
		for _, o := range spec["options"].([]any) {
			o.(any2)["__proto__"] = evil
		}
		each(spec, "title", func(o any2) { o["__proto__"], o["constructor"] = evil, any2{"prototype": evil} })
	},
	"numbers that are none": func(spec any2, _ string) {
		spec["still"], spec["frame"] = `1"><script>window.tripped = 55</script>`, "toString"
	},
}
