using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using OnePeace.Gateway.Tests.Hosting;

namespace OnePeace.Gateway.Tests.Modalities;

/// <summary>Several callers at once, and callers who leave: store and modalities agree in the end.</summary>
public sealed class PackageRaceTests(PackagePlatform platform) : IClassFixture<PackagePlatform>
{
    [Fact]
    public async Task The_same_package_sent_several_times_at_once_is_attached_once_for_all()
    {
        var package = PackageFile.Of("echo", "1.0.0");
        var staged = platform.Packages.Staged;
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => platform.AddAsync(package)));
        Assert.All(answers, answer => Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}"));
        Assert.Equal(1, platform.Packages.Staged - staged);
        Assert.Contains(Hash(package), platform.Stored);
        await RemoveAsync("echo");
    }

    [Fact]
    public async Task A_broken_package_sent_several_times_at_once_is_refused_to_all_and_leaves_nothing()
    {
        platform.Packages.Broken.Add("0.0.1");
        var package = PackageFile.Of("wreck", "0.0.1");
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => platform.AddAsync(package)));
        foreach (var answer in answers) await answer.ErrorAsync(422);
        Assert.DoesNotContain(Hash(package), platform.Stored);
    }

    [Fact]
    public async Task A_package_that_is_refused_as_a_conflict_is_there_for_the_caller_who_sends_it_in_time()
    {
        var hold = new TaskCompletionSource();
        var other = PackageFile.Of("tide", "1.0.0");
        var package = PackageFile.Of("tide", "1.1.0");
        platform.Packages.Hold = hold.Task;
        var attaching = platform.AddAsync(other);
        await PackagePlatform.UntilAsync(() => platform.Packages.Waiting == 1);
        await (await platform.AddAsync(package)).ErrorAsync(409);
        Assert.DoesNotContain(Hash(package), platform.Stored);
        hold.SetResult();
        Assert.Equal(HttpStatusCode.Created, (await attaching).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await platform.AddAsync(package)).StatusCode);
        Assert.Contains(Hash(package), platform.Stored);
        await RemoveAsync("tide");
        Assert.DoesNotContain(Hash(package), platform.Stored);
    }

    [Fact]
    public async Task A_caller_who_leaves_while_it_is_attached_finds_it_attached()
    {
        var hold = new TaskCompletionSource();
        platform.Packages.Hold = hold.Task;
        var package = PackageFile.Of("gone", "1.0.0");
        using var leaving = new CancellationTokenSource();
        using var content = new ByteArrayContent(package) { Headers = { ContentType = new(PackagePlatform.MediaType) } };
        var call = platform.Client.PostAsync("/v1/modalities", content, leaving.Token);
        await PackagePlatform.UntilAsync(() => platform.Packages.Waiting == 1);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        hold.SetResult();
        await PackagePlatform.UntilAsync(() => platform.Packages.Versions.Any(v => v is { Name: "gone", State: Engine.Hosting.HostedState.Ready }));
        Assert.Contains(Hash(package), platform.Stored);
        Assert.Equal(HttpStatusCode.OK, (await platform.AddAsync(package)).StatusCode);
        await RemoveAsync("gone");
    }

    [Fact]
    public async Task A_caller_who_breaks_off_half_way_leaves_nothing()
    {
        var package = PackageFile.Of("torn", "1.0.0");
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(platform.Platform.Address.Host, platform.Platform.Address.Port);
            var head = $"POST /v1/modalities HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {platform.Platform.Key}\r\nContent-Type: {PackagePlatform.MediaType}\r\nContent-Length: {package.Length}\r\n\r\n";
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head));
            await socket.GetStream().WriteAsync(package.AsMemory(0, package.Length / 2));
            await PackagePlatform.UntilAsync(() => platform.Incoming.Count == 1);
        }
        await PackagePlatform.UntilAsync(() => platform.Incoming.Count == 0);
        Assert.DoesNotContain(Hash(package), platform.Stored);
        await (await platform.Client.GetAsync("/v1/modalities/torn")).ErrorAsync(404);
    }

    private static string Hash(byte[] package) => Convert.ToHexStringLower(SHA256.HashData(package));

    private async Task RemoveAsync(string name) => await (await platform.Client.DeleteAsync($"/v1/modalities/{name}")).OkAsync();
}
