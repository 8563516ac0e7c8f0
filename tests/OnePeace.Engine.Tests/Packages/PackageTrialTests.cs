using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using OnePeace.Engine.Hosting;
using OnePeace.Engine.Packages;
using TorchSharp;

namespace OnePeace.Engine.Tests.Packages;

public sealed class PackageTrialTests(PackageFixture fixture) : IClassFixture<PackageFixture>
{
    [Fact]
    public void A_good_package_passes_every_stage_and_its_weights_share_the_file()
    {
        var passed = new List<string>();
        using var package = ModalityPackage.Open(fixture.Good);
        using var tried = PackageTrial.Run(package, fixture.Core, new PackagePolicy(null), fixture.At("tried"), passed.Add);
        Assert.Equal(["contents", "signature", "core", "plugin", "weights", "canaries"], passed.Select(line => line.Split(':')[0]));
        Assert.Equal(PackageFixture.Name, tried.Plugin.Name);
        Assert.Equal(Path.Combine(fixture.At("tried"), "assets"), tried.Module.Options.Assets);
    }

    [Fact]
    public void What_the_operator_did_not_allow_is_refused_before_its_plugin_is_laid_out()
    {
        File.WriteAllText(fixture.At("nothing.json"), "{}");
        using var package = ModalityPackage.Open(fixture.Good);
        var refused = Assert.Throws<PackageRefusedException>(() => PackageTrial.Run(package, fixture.Core, new PackagePolicy(fixture.At("nothing.json")), fixture.At("not allowed")));
        Assert.Equal(PackageFault.NotAllowed, refused.Fault);
        Assert.False(Directory.Exists(fixture.At("not allowed")));
    }

    [Fact]
    public void After_a_trial_the_plugin_is_collected_and_no_tensor_is_left()
    {
        TryAndDispose().ToString();
        var before = torch.Tensor.TotalCount;
        var context = TryAndDispose();
        for (var i = 0; i < 20 && context.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.False(context.IsAlive);
        using var package = ModalityPackage.Open(fixture.Good);
        // A Parameter takes its tensor's handle over, and TorchSharp counts that tensor for ever.
        Assert.Equal(before + package.AsSource(null).Weights.Weights.Count, torch.Tensor.TotalCount);
    }

    [Fact]
    public async Task Work_that_returns_after_all_is_disposed_where_nobody_waits_any_more()
    {
        using var gate = new ManualResetEventSlim();
        var late = new Disposed();
        var refused = await Assert.ThrowsAsync<PackageRefusedException>(() => TrialThread.RunAsync("late", TimeSpan.FromMilliseconds(50), () =>
        {
            gate.Wait();
            return late;
        }));
        Assert.Equal(PackageFault.BrokenPlugin, refused.Fault);
        gate.Set();
        await late.Done.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task What_the_work_throws_comes_through()
    {
        await Assert.ThrowsAsync<FormatException>(() => TrialThread.RunAsync<Disposed>("throws", TimeSpan.FromMinutes(1), () => throw new FormatException()));
        await Assert.ThrowsAsync<TimeoutException>(() => TrialThread.RunAsync<Disposed>("throws", TimeSpan.FromMinutes(1), () => throw new TimeoutException("its own")));
        using var cancellation = new CancellationTokenSource();
        using var gate = new ManualResetEventSlim();
        var waiting = TrialThread.RunAsync("cancelled", TimeSpan.FromMinutes(1), () => { gate.Wait(); return new Disposed(); }, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        gate.Set();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference TryAndDispose()
    {
        using var package = ModalityPackage.Open(fixture.Good);
        using var tried = PackageTrial.Run(package, fixture.Core, new PackagePolicy(null), fixture.At("collected"));
        return new WeakReference(AssemblyLoadContext.GetLoadContext(tried.Plugin.Modality.GetType().Assembly));
    }

    private sealed class Disposed : IDisposable
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Dispose() => Done.TrySetResult();
    }
}
