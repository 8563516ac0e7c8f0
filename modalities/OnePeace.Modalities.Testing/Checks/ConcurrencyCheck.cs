using System.Diagnostics;
using OnePeace.Engine.Devices;
using OnePeace.Modalities.Layers.Packing;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Testing.Checks;

/// <summary>Two threads that prepare or encode at once get what each gets alone: the host prepares many inputs at a time, and encodes with a thread a slot.</summary>
internal sealed class ConcurrencyCheck : IConformanceCheck
{
    private const float Most = 1e-5f;
    private const int LeastRounds = 2;

    private static readonly TimeSpan Time = TimeSpan.FromSeconds(0.5);

    public string Name => "concurrency";

    public void Run(Subject subject)
    {
        Prepare(subject);
        Encode(subject);
    }

    private static void Prepare(Subject subject)
    {
        var preprocessor = subject.Modality.CreatePreprocessor(subject.Options);
        PreparedSample Once(Sample sample) => new(sample.Name, Preparation.Run(preprocessor, sample.Bytes, subject.Patience));
        var alone = subject.Samples.ToDictionary(sample => sample, Once);
        AtOnce(subject.Samples, sample => Expect.That(Once(sample).IsLike(alone[sample]),
            $"Expected the sample '{sample.Name}' to be prepared as it is alone while another thread prepares with the same preprocessor, but its fields differ: keep nothing of an input in fields or static variables."));
    }

    /// <summary>As a host does it: laid out for inference, and the first two uses at one time.</summary>
    private static void Encode(Subject subject)
    {
        using var alone = new TestModel(subject);
        using var shared = new TestModel(subject, alone, ScalarType.Float32);
        foreach (var model in new[] { alone, shared })
        {
            model.Core.Pack();
            model.Module.Pack();
        }
        var batches = subject.Batches().SelectMany(batch => batch.Select(sample => (IReadOnlyList<PreparedSample>)[sample]).Append(batch)).ToList();
        var expected = batches.ToDictionary(batch => batch, batch => DeviceThread.Infer(() => alone.Vectors(batch)));
        AtOnce(batches, batch =>
        {
            foreach (var (vector, sample) in DeviceThread.Infer(() => shared.Vectors(batch)).Zip(expected[batch]).Zip(batch))
            {
                var most = VectorDistance.Largest(vector.First, vector.Second);
                Expect.That(most <= Most, $"Expected the sample '{sample.Name}' to have the vector that it has alone while another thread encodes with the same module, within {Most:g1}, but a value differs by {most:g3}: "
                    + "keep nothing of a forward pass in fields, or make what is kept safe for several threads.");
            }
        });
    }

    /// <summary>Two threads do the same work for a while, in opposite orders.</summary>
    private static void AtOnce<T>(IReadOnlyList<T> items, Action<T> work)
    {
        using var start = new Barrier(2);
        Task.WhenAll(Begin(items), Begin(items.Reverse())).GetAwaiter().GetResult();

        Task Begin(IEnumerable<T> order) => Task.Factory.StartNew(() =>
        {
            start.SignalAndWait();
            var clock = Stopwatch.StartNew();
            for (var round = 0; round < LeastRounds || clock.Elapsed < Time; round++)
                foreach (var item in order) work(item);
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }
}
