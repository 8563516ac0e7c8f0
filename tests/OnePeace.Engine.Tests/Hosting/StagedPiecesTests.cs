using OnePeace.Engine.Hosting;
using OnePeace.Engine.Packages;
using OnePeace.Engine.Residency;
using OnePeace.Engine.Tests.Serving;

namespace OnePeace.Engine.Tests.Hosting;

public sealed class StagedPiecesTests : IDisposable
{
    private readonly TestPackages _packages = new();
    private readonly DeviceResidency _residency = new(new ResidencyOptions(), TimeProvider.System);

    [Fact]
    public async Task What_abandoned_work_uses_stays_until_it_returns()
    {
        using var gate = new ManualResetEventSlim();
        var (pieces, version) = await StageAsync();
        await Assert.ThrowsAsync<PackageRefusedException>(() => TrialThread.RunAsync("late", TimeSpan.FromMilliseconds(50), pieces.Holding(gate.Wait)));
        pieces.LetGo();
        await Task.Delay(100);
        Assert.NotNull(version.Seat.Module);
        Assert.NotEmpty(pieces.Package.Read("canaries/a.txt").ToArray());
        gate.Set();
        await version.Unloaded.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Null(version.Seat.Module);
    }

    [Fact]
    public async Task A_version_that_comes_late_is_retired()
    {
        using var gate = new ManualResetEventSlim();
        var (pieces, version) = await StageAsync();
        pieces.Version = null;
        var late = TrialThread.RunAsync("late", TimeSpan.FromMilliseconds(50), pieces.Holding(() =>
        {
            gate.Wait();
            pieces.Version = version;
        }));
        await Assert.ThrowsAsync<PackageRefusedException>(() => late);
        pieces.LetGo();
        gate.Set();
        await version.Unloaded.WaitAsync(TimeSpan.FromSeconds(10));
    }

    public void Dispose()
    {
        _residency.Dispose();
        _packages.Dispose();
    }

    private async Task<(StagedPieces Pieces, ModalityVersion Version)> StageAsync()
    {
        var package = ModalityPackage.Open(_packages.Store.Find(await _packages.AddAsync())!);
        var word = new WordModality();
        var seat = TestEngines.Version(word, new(), _residency).Seat;
        var identity = new VersionIdentity("word", "1.0.0", "none", word.MediaTypes);
        var version = new ModalityVersion(identity, word.CreatePreprocessor(new()), seat, _residency, parallelism: 1, package.Dispose);
        return (new StagedPieces(package) { Version = version, Residents = await _residency.AcquireAsync([seat], default) }, version);
    }
}
