using OnePeace.Engine.Devices;
using OnePeace.Engine.Hosting;
using OnePeace.Engine.Residency;
using OnePeace.Engine.Serving;
using OnePeace.Engine.Tests.Serving;
using OnePeace.Transformer.Checkpoints;
using static TorchSharp.torch;

namespace OnePeace.Engine.Tests.Hosting;

/// <summary>How versions, and the host itself, come to their end where plugin code does not.</summary>
public sealed class PackageEndTests : IDisposable
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);

    private readonly TestPackages _packages = new();
    private readonly ManualResetEventSlim _open = new();

    [Fact]
    public async Task A_version_whose_last_request_does_not_end_is_told_as_leaked_and_goes_when_it_ends()
    {
        _open.Set();
        await using var model = LoadModel();
        var host = CreateHost(model, drain: Short);
        var hash = await _packages.AddAsync();
        await host.StageAsync(hash, default);
        host.Activate(hash);
        var leases = model.Modalities.Lease(["text"]);
        host.Withdraw(hash);
        await TestEngines.UntilAsync(() => host.Versions.Single().State == HostedState.Leaked);
        leases.Dispose();
        leases = null;
        await TestEngines.UntilAsync(() => host.Versions.Count == 0);
    }

    [Fact]
    public async Task What_is_staged_when_the_host_closes_is_withdrawn_when_it_is_done()
    {
        await using var model = LoadModel();
        var host = CreateHost(model);
        var hash = await _packages.AddAsync();
        var staging = host.StageAsync(hash, default);
        Assert.False(await host.CloseAsync());
        _open.Set();
        await Assert.ThrowsAsync<EngineUnavailableException>(() => staging);
        await TestEngines.UntilAsync(() => host.Versions.Count == 0);
        await Assert.ThrowsAsync<EngineUnavailableException>(() => host.StageAsync(hash, default));
    }

    [Fact]
    public async Task An_engine_that_is_disposed_leaves_the_core_alone_while_a_package_is_being_staged()
    {
        await using var model = LoadModel();
        var host = CreateHost(model);
        var engine = new EncodingEngine(model, new EngineOptions { Device = "cpu" }, [new DeviceThread("slot 0", 1)], TimeProvider.System) { Packages = host };
        var staging = host.StageAsync(await _packages.AddAsync(), default);
        var parameters = model.Core.parameters().ToList();
        await engine.DisposeAsync();
        Assert.NotEmpty(parameters);
        Assert.All(parameters, parameter => Assert.False(parameter.IsInvalid));
        _open.Set();
        await Assert.ThrowsAnyAsync<Exception>(() => staging);   // refused by the residency, which the engine closed
    }

    public void Dispose()
    {
        _packages.Dispose();
        _open.Dispose();
    }

    private ServedModel LoadModel()
    {
        var source = ModelSources.Open(_packages.Model);
        return new ServedModel(ModelLoader.LoadCore(source, CPU, ScalarType.Float32), new DeviceResidency(new ResidencyOptions(), TimeProvider.System), source)
        {
            Name = source.Name,
            CoreHash = source.CoreHash,
            Device = CPU,
            Precision = ScalarType.Float32,
        };
    }

    /// <summary>Its packages are found as soon as the gate is open.</summary>
    private PackageHost CreateHost(ServedModel model, TimeSpan? drain = null)
    {
        string? Find(string hash)
        {
            _open.Wait();
            return _packages.Store.Find(hash);
        }
        var options = new EngineOptions { Device = "cpu" };
        return new PackageHost(model, new PackageStaging(model, options, new PackageHostOptions(Find, _packages.Work))) { CloseLimit = Short, DrainLimit = drain ?? TimeSpan.FromMinutes(3) };
    }
}
