// Package sweep runs many experiments that differ in some of their values, on
// all cores of a machine or in shards on several, and gathers what each gave in
// one tidy table: a row for each run.
//
// A [myogen.Sweep] says which values change. [Sweep.Run] runs it or a shard of
// it, and keeps each row in a folder as soon as it has it: what was interrupted
// goes on where it was, and no run is made twice. [Sweep.Merge] puts the rows of
// all shards together. The table is the same, byte for byte, with any number of
// workers and shards and after any interruption.
//
// A table need not fit into memory: [Sweep.Merge] writes it in blocks of rows, and
// what a sweep needs does not grow from a hundred runs to a quarter of a million.
//
// # Shards
//
// A shard is every N-th run. "myogen sweep FILE -o DIR -shard I/N" makes those of
// shard I, counted from 1, and "myogen sweep FILE -o DIR -merge -shards N" writes
// the table, or names the shards that are missing. That is all that a cluster
// needs: one static binary and a folder that its nodes share. The contract is
//
//   - A shard may be ended at any time and started again, on another node too; it
//     goes on where it was.
//   - Two programs may run the same shard at the same time. Each writes a file of
//     its own to DIR/rows, and makes the runs that the other one is not making: on
//     Linux a run is claimed by a lock on a byte of DIR/sweep.yaml, which ends with
//     its program. On other systems, and where a file system has no locks, some runs
//     are made twice, which changes nothing.
//   - A row is the same on every processor, so shards may run on different ones.
//   - -merge may run at any time and as often as one likes. It exits with 2 until
//     all runs are made.
//
// On Slurm, "myogen sweep FILE -o DIR -slurm" submits it
// ([gomyogen/myogen/sweep/slurm]).
//
// An Indexed Job of Kubernetes, whose pods share a volume, counts from 0:
//
//	apiVersion: batch/v1
//	kind: Job
//	metadata: {name: sweep}
//	spec:
//	  completions: 20
//	  parallelism: 20
//	  completionMode: Indexed
//	  backoffLimitPerIndex: 10
//	  template:
//	    spec:
//	      restartPolicy: Never
//	      containers:
//	        - name: shard
//	          image: debian:stable-slim
//	          command: [sh, -c, "/shared/myogen sweep /shared/sweep.yaml -o /shared/out -shard $((JOB_COMPLETION_INDEX + 1))/20"]
//	          volumeMounts: [{name: shared, mountPath: /shared}]
//	      volumes: [{name: shared, persistentVolumeClaim: {claimName: shared}}]
//
// A rule of Snakemake for each shard and one for the table (testdata/Snakefile):
//
//	N = 20
//
//	rule table:
//	    input: expand("out/done/{i}", i=range(1, N + 1))
//	    output: "out.parquet"
//	    shell: f"myogen sweep sweep.yaml -o out/sweep -merge -shards {N} && cp out/sweep/table.parquet {{output}}"
//
//	rule shard:
//	    output: touch("out/done/{i}")
//	    shell: f"myogen sweep sweep.yaml -o out/sweep -shard {{wildcards.i}}/{N}"
package sweep
