// What the charts use of ECharts; set-up bundles it into one file.
import { use } from "echarts/core";
import { CustomChart, LineChart } from "echarts/charts";
import { DataZoomInsideComponent, DataZoomSliderComponent, GridComponent, LegendScrollComponent, TitleComponent } from "echarts/components";
import { CanvasRenderer, SVGRenderer } from "echarts/renderers";

use([LineChart, CustomChart, GridComponent, TitleComponent, LegendScrollComponent, DataZoomInsideComponent, DataZoomSliderComponent, CanvasRenderer, SVGRenderer]);

export { getInstanceByDom, init, version } from "echarts/core";
