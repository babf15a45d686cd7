// Package env names the environment variables that the notebook side of this
// module reads or sets, each once. It imports nothing but datafolder, so that
// every program may use it.
//
// Not here are the variables of the system and of the go command (PATH, TMPDIR,
// GOFLAGS and their like), and MYOGEN_BACKEND, the only one of the simulator:
// see [gomyogen/myogen.BackendVariable].
package env

import "gomyogen/myogen/datafolder"

// What a user may set.
const (
	// Data is the folder that "go run ./install" makes, and in which the key of
	// kept values is. See [DataFolder].
	Data = datafolder.Variable
	// KeepMiB is how many MiB of kept values a folder holds at most; 2048 if unset.
	KeepMiB = "MYOGEN_KEEP_MIB"
	// Screenshots is a folder in which browser tests leave pictures.
	Screenshots = "MYOGEN_SCREENSHOTS"
)

// What the kernelspec sets for the kernel and its cells, beside Data.
const (
	Tmp      = "MYOGEN_TMP"      // folder of the kernels' temporary folders
	Plans    = "MYOGEN_PLANS"    // folder of the build plans of cells
	History  = "MYOGEN_HISTORY"  // file of the cells that were run
	ECharts  = "MYOGEN_ECHARTS"  // path of the chart library
	Renderer = "MYOGEN_RENDERER" // path of the program that draws figures
)

// ChartLibrary is the chart library within the data folder, with slashes.
const ChartLibrary = "venv/share/jupyter/kernels/gomyogen/echarts.min.js"

// NotebookDir is the folder of the notebook. The launcher sets it: a cell runs
// in a folder of its own.
const NotebookDir = "MYOGEN_NOTEBOOK_DIR"

// What Jupyter's server tells a kernel.
const (
	JupyterSession = "JPY_SESSION_NAME" // path of the notebook's file
	JupyterPID     = "JPY_PARENT_PID"   // the server's process
)

// What GoNB tells the program of a cell; package protocol of gonbui has the
// same names.
const (
	GoNBDir      = "GONB_TMP_DIR"           // folder of main.go
	GoNBPipe     = "GONB_PIPE"              // named pipe to GoNB
	GoNBPipeBack = "GONB_PIPE_BACK"         // named pipe from GoNB
	GoNBKernelID = "GONB_JUPYTER_KERNEL_ID" // of the kernel in the server's API
)

// DataFolder returns the folder of what the user's set-up made; see
// [datafolder.Find].
func DataFolder() (string, error) { return datafolder.Find() }
