// Counts of live tensors are of the whole process: tests that take them must be alone in it.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
