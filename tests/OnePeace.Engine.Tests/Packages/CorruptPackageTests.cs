using OnePeace.Engine.Hosting;
using OnePeace.Engine.Packages;

namespace OnePeace.Engine.Tests.Packages;

/// <summary>What is refused, for what, and what it may not cost.</summary>
public sealed class CorruptPackageTests(PackageFixture fixture) : IClassFixture<PackageFixture>
{
    private const long MostMemory = 200L << 20;

    [Fact]
    public void There_are_enough_kinds_of_damage_and_each_is_named_once()
    {
        var all = CorruptPackages.All(fixture.Good);
        Assert.True(all.Count >= 50, $"{all.Count} kinds");
        Assert.Equal(all.Count, all.Select(c => c.Name).Distinct().Count());
        Assert.Equal([PackageFault.Damaged, PackageFault.WrongCore, PackageFault.BrokenPlugin, PackageFault.BrokenWeights, PackageFault.CanaryFailed], all.Select(c => c.Fault).Distinct().Order());
    }

    [Fact]
    public void A_package_taken_apart_and_put_together_again_is_still_good()
    {
        var path = fixture.At("again.opm");
        File.WriteAllBytes(path, new PackageDraft(fixture.Good).ToBytes());
        using var package = ModalityPackage.Open(path);
        PackageTrial.Run(package, fixture.Core, new PackagePolicy(null), fixture.At("again")).Dispose();
    }

    [Fact]
    public async Task Every_damaged_package_is_refused_for_its_damage_without_a_path_and_in_little_memory()
    {
        var faults = new List<string>();
        foreach (var corrupt in CorruptPackages.All(fixture.Good))
        {
            var path = fixture.At("corrupt.opm");
            corrupt.Write(path);
            var before = GC.GetTotalAllocatedBytes();
            var refusal = await TryAsync(path, corrupt.NeverReturns ? TimeSpan.FromSeconds(1) : TimeSpan.FromMinutes(2));
            var memory = GC.GetTotalAllocatedBytes() - before;
            if (refusal is not PackageRefusedException refused) faults.Add($"{corrupt}: expected {corrupt.Fault}, got {refusal?.ToString() ?? "no refusal"}");
            else if (refused.Fault != corrupt.Fault) faults.Add($"{corrupt}: expected {corrupt.Fault}, got {refused.Fault}: {refused.Message}");
            else if (TellsTooMuch(refused.Message)) faults.Add($"{corrupt}: {refused.Message}");
            else if (memory > MostMemory) faults.Add($"{corrupt}: took {memory} bytes");
            else TestContext.Current.SendDiagnosticMessage($"{corrupt}: {refused.Message}");
        }
        Assert.Empty(faults);
    }

    [Fact]
    public void A_thousand_packages_with_mutated_manifests_are_opened_or_refused_and_nothing_else()
    {
        var random = new Random(1);
        var draft = new PackageDraft(fixture.Good);
        var manifest = draft.Entries().First().Content;
        var path = fixture.At("mutated.opm");
        string[] pieces = ["null", "[]", "{}", "-1", "1e999", "\"\"", "99999999999999999999", "true", "\"\\ud800\""];
        int refused = 0, opened = 0;
        for (var i = 0; i < 1000; i++)
        {
            var mutated = manifest.ToList();
            var at = random.Next(mutated.Count);
            if (random.Next(2) == 0) mutated[at] = (byte)random.Next(256);
            else ReplaceValue(mutated, at, pieces[random.Next(pieces.Length)]);
            File.WriteAllBytes(path, PackageDraft.Zip(draft.Entries([.. mutated])));
            try
            {
                ModalityPackage.Open(path).Dispose();
                opened++;
            }
            catch (PackageRefusedException e)
            {
                Assert.False(TellsTooMuch(e.Message), e.Message);
                refused++;
            }
        }
        Assert.True(refused > 500 && opened > 0, $"{refused} refused, {opened} opened");
    }

    /// <summary>Puts other JSON in the place of the value behind the next colon.</summary>
    private static void ReplaceValue(List<byte> json, int from, string piece)
    {
        var colon = json.IndexOf((byte)':', from);
        if (colon < 0) return;
        var end = json.FindIndex(colon, b => b is (byte)',' or (byte)'}');
        json.RemoveRange(colon + 1, end - colon - 1);
        json.InsertRange(colon + 1, System.Text.Encoding.ASCII.GetBytes(piece));
    }

    private bool TellsTooMuch(string message) =>
        message.Contains(fixture.At(""), StringComparison.Ordinal) || message.Contains(Path.GetTempPath(), StringComparison.Ordinal) || message.Contains("/secret", StringComparison.Ordinal)
        || message.Any(char.IsControl) || message.Length > 600;

    private async Task<Exception?> TryAsync(string path, TimeSpan patience)
    {
        try
        {
            using var package = ModalityPackage.Open(path);
            using var tried = await TrialThread.RunAsync("trial", patience, () => PackageTrial.Run(package, fixture.Core, new PackagePolicy(null), fixture.At(Guid.NewGuid().ToString("N"))));
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }
}
