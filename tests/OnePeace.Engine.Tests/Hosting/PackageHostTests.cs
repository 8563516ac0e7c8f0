using System.Text;
using OnePeace.Engine.Hosting;
using OnePeace.Engine.Tests.Serving;
using OnePeace.Modalities;
using OnePeace.Transformer;

namespace OnePeace.Engine.Tests.Hosting;

public sealed class PackageHostTests : IDisposable
{
    private static readonly byte[] Picture = File.ReadAllBytes(Path.Combine(ReferenceData.Folder, "image", "inputs", "a_scene.jpg"));

    private readonly TestPackages _packages = new();

    [Fact]
    public async Task A_staged_version_is_seen_by_nobody_until_it_is_activated()
    {
        await using var engine = await _packages.StartAsync();
        var hash = await _packages.AddAsync();
        await engine.Packages!.StageAsync(hash, default);
        Assert.Equal(HostedState.Staged, Assert.Single(engine.Packages.Versions).State);
        await Assert.ThrowsAsync<UnknownModalityException>(() => EncodeAsync(engine));
        engine.Packages.Activate(hash);
        Assert.Equal(1, (await EncodeAsync(engine)).Sum(x => x * x), 1e-5);
        Assert.Equal(["image", "text"], engine.Describe().Modalities.Select(m => m.Name));
    }

    [Fact]
    public async Task Attaching_leaves_the_vectors_of_others_bit_identical()
    {
        await using var engine = await _packages.StartAsync();
        var before = await EncodePictureAsync(engine);
        var hash = await AttachAsync(engine, await _packages.AddAsync());
        Assert.Equal(before, await EncodePictureAsync(engine));
        engine.Packages!.Withdraw(hash);
        Assert.Equal(before, await EncodePictureAsync(engine));
    }

    [Fact]
    public async Task Joint_fusion_takes_a_packages_modality_with_a_models()
    {
        await using var engine = await _packages.StartAsync();
        await AttachAsync(engine, await _packages.AddAsync());
        EncodePart[] parts = [new("text", "a dog"u8.ToArray()), new("image", Picture)];
        var vectors = await engine.EncodeAsync(new EncodeWork([new(parts, Fusion.Joint), new(parts, Fusion.Mean)]), default);
        Assert.All(vectors, v => Assert.Equal(1, v.Vector.Sum(x => x * x), 1e-5));
        Assert.NotEqual(vectors[0].Vector, vectors[1].Vector);
    }

    [Fact]
    public async Task A_new_version_takes_over_and_every_old_one_is_collected()
    {
        await using var engine = await _packages.StartAsync();
        await AttachAsync(engine, await _packages.AddAsync());
        var first = await EncodeAsync(engine);
        var live = TensorCensus.Live;
        for (var swap = 1; swap <= 5; swap++)
        {
            await AttachAsync(engine, await _packages.AddAsync($"1.0.{swap}", seed: 1 + swap));
            Assert.NotEqual(first, await EncodeAsync(engine));
            await UntilAsync(() => engine.Packages!.Versions.Count == 1);
            Assert.Equal($"1.0.{swap}", engine.Packages!.Versions[0].Version);
        }
        Assert.Equal(live, TensorCensus.Live);
    }

    [Fact]
    public async Task What_was_laid_out_of_a_version_goes_with_it_and_what_the_store_has_no_more_goes_at_the_start()
    {
        var work = Directory.CreateDirectory(Path.Combine(_packages.Work, new string('a', 64))).Parent!;
        await using var engine = await _packages.StartAsync();
        Assert.Empty(work.GetDirectories());
        var hash = await AttachAsync(engine, await _packages.AddAsync());
        Assert.Equal([hash], work.GetDirectories().Select(folder => folder.Name));
        engine.Packages!.Withdraw(hash);
        for (var left = 400; engine.Packages.Versions.Count > 0 && left > 0; left--) await Task.Delay(50);
        Assert.Empty(work.GetDirectories());
    }

    [Fact]
    public async Task Swapping_under_load_fails_no_request()
    {
        await using var engine = await _packages.StartAsync();
        string[] hashes = [await _packages.AddAsync(), await _packages.AddAsync("1.0.1", seed: 2)];
        await AttachAsync(engine, hashes[0]);
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var answered = 0;
            for (; !stop.IsCancellationRequested; answered++) await EncodeAsync(engine);
            return answered;
        })).ToArray();
        for (var swap = 1; swap <= 6; swap++) await AttachAsync(engine, hashes[swap % 2]);
        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(load), answered => Assert.True(answered > 0));
    }

    [Fact]
    public async Task A_version_that_is_still_used_keeps_its_weights_until_it_is_done()
    {
        await using var engine = await _packages.StartAsync();
        var hash = await AttachAsync(engine, await _packages.AddAsync());
        var calls = Enumerable.Range(0, 32).Select(_ => EncodeAsync(engine)).ToArray();
        engine.Packages!.Withdraw(hash);
        await Task.WhenAll(calls);
        await UntilAsync(() => engine.Packages.Versions.Count == 0);
        await Assert.ThrowsAsync<UnknownModalityException>(() => EncodeAsync(engine));
    }

    [Fact]
    public async Task A_canary_answered_otherwise_is_refused_and_the_old_version_serves_on()
    {
        await using var engine = await _packages.StartAsync();
        await AttachAsync(engine, await _packages.AddAsync());
        var before = await EncodeAsync(engine);
        var other = Convert.ToBase64String(new byte[4 * 31].Concat(BitConverter.GetBytes(1f)).ToArray());
        var bad = await _packages.AddAsync("1.0.1", change: m => m with { Canaries = [m.Canaries[0] with { Vector = other }] });
        var refused = await Assert.ThrowsAsync<PackageRefusedException>(() => engine.Packages!.StageAsync(bad, default));
        Assert.Equal(PackageFault.CanaryFailed, refused.Fault);
        Assert.False(Directory.Exists(Path.Combine(_packages.Work, bad)));
        Assert.Single(engine.Packages!.Versions);
        Assert.Equal(before, await EncodeAsync(engine));
    }

    [Fact]
    public async Task A_package_for_another_core_an_unknown_one_and_one_of_the_models_names_are_refused()
    {
        await using var engine = await _packages.StartAsync();
        var core = await _packages.AddAsync(change: m => m with { Core = m.Core with { Hash = new string('a', 64) } });
        var name = await _packages.AddAsync("1.0.1", change: m => m with { Name = "image" });
        foreach (var (hash, fault) in new[] { (core, PackageFault.WrongCore), (name, PackageFault.NameTaken), (new string('0', 64), PackageFault.Damaged) })
            Assert.Equal(fault, (await Assert.ThrowsAsync<PackageRefusedException>(() => engine.Packages!.StageAsync(hash, default))).Fault);
        Assert.Empty(engine.Packages!.Versions);
    }

    [Fact]
    public async Task A_file_that_is_not_what_its_name_says_or_is_gone_when_it_is_opened_is_refused()
    {
        string hash = await _packages.AddAsync(), other = await _packages.AddAsync("1.0.1", seed: 2), gone = new('0', 64);
        await using var engine = await _packages.StartAsync(find: wanted => wanted == gone ? Path.Combine(_packages.Work, gone) : _packages.Store.Find(other));
        foreach (var (wanted, message) in new[] { (hash, "another hash"), (gone, "not in the store") })
        {
            var refused = await Assert.ThrowsAsync<PackageRefusedException>(() => engine.Packages!.StageAsync(wanted, default));
            Assert.Equal(PackageFault.Damaged, refused.Fault);
            Assert.Contains(message, refused.Message);
        }
        await engine.Packages!.StageAsync(other, default);
    }

    [Fact]
    public async Task Limits_of_the_manifest_hold()
    {
        await using var engine = await _packages.StartAsync();
        await AttachAsync(engine, await _packages.AddAsync(change: m => m with { Limits = new InputLimits { MaxInputBytes = 20 }, Cost = new TokenCost(5, 6) }));
        await EncodeAsync(engine, "a b");
        Assert.Equal(InputFault.TooLarge, (await Assert.ThrowsAsync<ItemRejectedException>(() => EncodeAsync(engine, new string('a', 21)))).Fault);
        Assert.Equal(InputFault.TooLarge, (await Assert.ThrowsAsync<ItemRejectedException>(() => EncodeAsync(engine, "a b c d e f g h"))).Fault);
    }

    public void Dispose() => _packages.Dispose();

    private static async Task<string> AttachAsync(EncodingEngine engine, string hash)
    {
        await engine.Packages!.StageAsync(hash, default);
        engine.Packages.Activate(hash);
        return hash;
    }

    private static async Task<float[]> EncodeAsync(EncodingEngine engine, string text = "a dog") =>
        (await engine.EncodeAsync(new EncodeWork([new([new("text", Encoding.UTF8.GetBytes(text))])]), default))[0].Vector;

    private static async Task<float[]> EncodePictureAsync(EncodingEngine engine) =>
        (await engine.EncodeAsync(new EncodeWork([new([new("image", Picture)])]), default))[0].Vector;

    private static Task UntilAsync(Func<bool> condition) => TestEngines.UntilAsync(condition);
}
