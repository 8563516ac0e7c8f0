using System.Net;
using OnePeace.Client;
using OnePeace.Gateway.Tests.Hosting;

namespace OnePeace.Gateway.Tests.Client;

/// <summary>Modalities in and out through the client.</summary>
public sealed class ModalityClientTests(PackagePlatform platform) : IClassFixture<PackagePlatform>, IDisposable
{
    private readonly OnePeaceClient _client = new(platform.Platform.Address, platform.Platform.Key);

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task A_package_comes_is_upgraded_switched_back_and_goes()
    {
        var first = PackageFile.Of("pressure", "1.0.0", new string('x', 300_000));
        var sent = new List<long>();
        var added = await _client.AddModalityAsync(new MemoryStream(first), sent.Add);
        Assert.Equal(("pressure", "1.0.0", "ready", "package", "base64"), (added.Id, added.Version, added.State, added.Source, added.Encoding));
        Assert.Equal(first.Length, sent[^1]);
        Assert.True(sent.Count > 2 && sent.SequenceEqual(sent.Order()), string.Join(" ", sent));
        var version = Assert.Single(added.Versions!);
        Assert.Equal((12_345, first.Length, 7, "Tests."), (version.Parameters, version.Bytes, version.TypicalTokens, version.Description));

        await _client.AddModalityAsync(new MemoryStream(PackageFile.Of("pressure", "2.0.0")));
        Assert.Equal("1.0.0", (await _client.SwitchModalityAsync("pressure", "1.0.0")).Version);
        Assert.Equal(["1.0.0"], (await _client.RemoveModalityAsync("pressure", "2.0.0")).Versions!.Select(v => v.Version));
        Assert.Equal("pressure", (await _client.ModalityAsync("pressure")).Id);
        Assert.Equal("detached", (await _client.RemoveModalityAsync("pressure")).State);

        var events = await _client.EventsAsync();
        Assert.Equal("1.0.0 detached", events.Where(e => e.Modality == "pressure").Select(e => $"{e.Version} {e.What}").Last());
        Assert.Empty(await _client.EventsAsync(events[^1].Id));
    }

    [Fact]
    public async Task A_refusal_says_why_and_the_version_keeps_the_reason()
    {
        platform.Packages.Broken.Add("1.0.13");
        var refused = await Assert.ThrowsAsync<OnePeaceApiException>(() => _client.AddModalityAsync(new MemoryStream(PackageFile.Of("voltage", "1.0.13"))));
        Assert.Equal((HttpStatusCode.UnprocessableContent, "package_refused"), (refused.Status, refused.Code));
        var listed = (await _client.ModalitiesAsync()).Single(m => m.Id == "voltage");
        Assert.Equal(("failed", refused.Message), (listed.State, listed.Versions!.Single().Reason));
        var unknown = await Assert.ThrowsAsync<OnePeaceApiException>(() => _client.SwitchModalityAsync("a b/c", "1.0.0"));
        Assert.Equal((HttpStatusCode.NotFound, "modality_not_found"), (unknown.Status, unknown.Code));
        await _client.RemoveModalityAsync("voltage");
    }

    [Fact]
    public async Task A_server_that_refuses_at_once_is_heard_before_the_package_is_read()
    {
        using var stranger = new OnePeaceClient(platform.Platform.Address, "op_wrong_key");
        var endless = new EndlessStream(length: 1L << 40);
        var refused = await Assert.ThrowsAsync<OnePeaceApiException>(() => stranger.AddModalityAsync(endless));
        Assert.Equal("invalid_api_key", refused.Code);
        var large = await Assert.ThrowsAsync<OnePeaceApiException>(() => _client.AddModalityAsync(endless));
        Assert.Equal("request_too_large", large.Code);
        Assert.Equal(0, endless.Position);
    }

    [Fact]
    public async Task A_caller_who_cancels_leaves()
    {
        using var leaving = new CancellationTokenSource();
        var call = _client.AddModalityAsync(new EndlessStream(length: null), _ => leaving.Cancel(), leaving.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await PackagePlatform.UntilAsync(() => platform.Incoming.Count == 0);
    }

    /// <summary>Zeros without end.</summary>
    /// <param name="length">What it says of itself; null: nothing.</param>
    private sealed class EndlessStream(long? length) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => length is not null;

        public override bool CanWrite => false;

        public override long Length => length!.Value;

        public override long Position { get; set; }

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Position += Math.Min(count, 1000);
            return Math.Min(count, 1000);
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
