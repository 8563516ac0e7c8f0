using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Testing.Checks;

/// <summary>Forward passes leave no tensor behind. Counted on this thread, so that other tests may run meanwhile.</summary>
internal sealed class LeakCheck : IConformanceCheck
{
    private const int Passes = 50, WarmUp = 2;

    public string Name => "leaks";

    public void Run(Subject subject)
    {
        using var model = new TestModel(subject);
        foreach (var batch in subject.Batches())
        {
            for (var pass = 0; pass < WarmUp; pass++) model.Vectors(batch);   // what is made once and kept is no leak
            var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            for (var pass = 0; pass < Passes; pass++) model.Vectors(batch);
            var left = DisposeScopeManager.Statistics.ThreadTotalLiveCount - before;
            Expect.That(left == 0, $"Expected {Passes} forward passes to leave as many tensors as there were, but {left} more are there: keep none in fields, and let NewDisposeScope free what the adaptor makes.");
        }
    }
}
