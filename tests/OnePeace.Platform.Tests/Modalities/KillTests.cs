using System.Net;
using System.Security.Cryptography;
using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Platform.Tests.Modalities;

/// <summary>SIGKILL in the middle of an attach: afterwards catalogue, replica and store are of one mind, and the version is wholly in or wholly out.</summary>
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    private const int Kills = 20;
    private const double Late = 1.3;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();
    private readonly Random _random = new(11);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Twenty_kills_during_an_attach_leave_the_new_version_wholly_in_or_wholly_out()
    {
        var project = await AuthorProject.CreateAsync(_folder["motion"]);
        string[] packages = [await project.PackAsync("1.0.0", seed: 1), await project.PackAsync("1.1.0", seed: 2)];
        string[] hashes = [.. packages.Select(package => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(package))))];
        var vectors = new float[2][];
        var longest = TimeSpan.Zero;
        int inside = 0, outside = 0;
        var key = "";
        for (var kill = 0; kill <= Kills; kill++)
        {
            await using var platform = await RunningPlatform.StartAsync(_folder["data"]);
            if (kill == 0) key = platform.Key;
            using var http = platform.Client(key);
            if (kill > 0)
            {
                var isIn = await SettleAsync(http, project, hashes, vectors);
                Assert.Equal(isIn ? hashes.Order() : [hashes[0]], Stored());
                if (isIn) inside++;
                else outside++;
                await http.RemoveAsync(AuthorProject.Name);
            }
            await AddAsync(http, packages[0]);
            vectors[0] = await http.EmbedAsync(AuthorProject.Name, project.Sample);
            if (kill == 0)
            {
                longest = await LearnAsync(http, packages[1], project, vectors);
                await http.RemoveAsync(AuthorProject.Name);
                await AddAsync(http, packages[0]);
            }
            if (kill == Kills) break;
            var adding = http.AddAsync(packages[1]);
            await Task.Delay(longest * Late * Math.Pow((kill + _random.NextDouble()) / Kills, 3));   // the first steps are quick: most of the moments are early ones
            await platform.KillAsync();
            await Task.WhenAny(adding);
        }
        output.WriteLine($"killed within {longest.TotalMilliseconds:0} ms: {inside} times in, {outside} times out");
        Assert.Equal(Kills, inside + outside);
        Assert.True(inside > 0 && outside > 0, $"all {Kills} kills came out alike: {inside} in, {outside} out");
    }

    /// <summary>What the second version answers, and how long attaching it takes.</summary>
    private static async Task<TimeSpan> LearnAsync(HttpClient http, string package, AuthorProject project, float[][] vectors)
    {
        var start = TimeProvider.System.GetTimestamp();
        await AddAsync(http, package);
        var took = TimeProvider.System.GetElapsedTime(start);
        vectors[1] = await http.EmbedAsync(AuthorProject.Name, project.Sample);
        return took;
    }

    /// <summary>Waits until nothing is under way, and checks that what is said to serve is what answers.</summary>
    /// <returns>Whether the new version is in.</returns>
    private static async Task<bool> SettleAsync(HttpClient http, AuthorProject project, string[] hashes, float[][] vectors)
    {
        var end = DateTime.UtcNow + Settling;
        while (true)
        {
            var versions = await http.VersionsAsync(AuthorProject.Name);
            var states = string.Join(' ', versions.OrderBy(v => v.Key).Select(v => $"{v.Key}:{v.Value.State}"));
            if (states is "1.0.0:ready" or "1.0.0:registered 1.1.0:ready")
            {
                var isIn = versions.Count == 2;
                Assert.Equal(hashes[..(isIn ? 2 : 1)], versions.OrderBy(v => v.Key).Select(v => v.Value.Hash));
                Assert.Equal(vectors[isIn ? 1 : 0], await http.EmbedAsync(AuthorProject.Name, project.Sample));
                return isIn;
            }
            Assert.True(DateTime.UtcNow < end, $"after {Settling.TotalSeconds} seconds: {states}");
            await Task.Delay(50);
        }
    }

    private IEnumerable<string> Stored() => Directory.GetFiles(_folder["data/packages"], "*", SearchOption.AllDirectories).Select(path => Path.GetFileName(path)).Order();

    private static async Task AddAsync(HttpClient http, string package)
    {
        var (status, body) = await http.AddAsync(package);
        Assert.True(status == HttpStatusCode.Created, $"{(int)status} {body}");
    }
}
