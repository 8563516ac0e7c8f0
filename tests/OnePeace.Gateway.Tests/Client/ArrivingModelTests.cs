using System.Formats.Tar;
using System.Net;
using OnePeace.Client;

namespace OnePeace.Gateway.Tests.Client;

/// <summary>A server that is not what it says leaves nothing behind.</summary>
public sealed class ArrivingModelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("onepeace-arriving-").FullName;

    private string Out => Path.Combine(_folder, "inside", "model");

    public ArrivingModelTests() => Directory.CreateDirectory(Path.Combine(_folder, "inside"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("../outside", TarEntryType.RegularFile)]
    [InlineData("a/../../outside", TarEntryType.RegularFile)]
    [InlineData("/outside", TarEntryType.RegularFile)]
    [InlineData("..\\outside", TarEntryType.RegularFile)]
    [InlineData("a//b", TarEntryType.RegularFile)]
    [InlineData("./a", TarEntryType.RegularFile)]
    [InlineData("a", TarEntryType.SymbolicLink)]
    [InlineData("a", TarEntryType.HardLink)]
    [InlineData("a", TarEntryType.Fifo)]
    [InlineData("a", TarEntryType.Directory)]
    public async Task An_entry_that_is_no_file_of_the_folder_is_refused_and_nothing_is_kept(string name, TarEntryType type)
    {
        var entry = new PaxTarEntry(type, name);
        if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink) entry.LinkName = "../../outside";
        var tar = await TarOfAsync(File("config.json"), entry);
        await Assert.ThrowsAsync<InvalidDataException>(() => DownloadAsync(tar));
        AssertNothingKept();
    }

    [Fact]
    public async Task A_tar_that_breaks_off_is_no_model()
    {
        var whole = await TarOfAsync(File("config.json"), File("weights"));
        await Assert.ThrowsAnyAsync<IOException>(() => DownloadAsync(whole[..2660]));   // within what comes before the second file
        AssertNothingKept();
        await Assert.ThrowsAsync<InvalidDataException>(() => DownloadAsync([]));
        AssertNothingKept();
    }

    [Fact]
    public async Task The_same_file_twice_is_refused()
    {
        var twice = await TarOfAsync(File("config.json"), File("config.json"));
        await Assert.ThrowsAsync<IOException>(() => DownloadAsync(twice));
        AssertNothingKept();
    }

    private void AssertNothingKept()
    {
        Assert.Equal([Path.Combine(_folder, "inside")], Directory.GetFileSystemEntries(_folder));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_folder, "inside")));
    }

    private static PaxTarEntry File(string name) => new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream("content"u8.ToArray()) };

    private static async Task<byte[]> TarOfAsync(params PaxTarEntry[] entries)
    {
        var bytes = new MemoryStream();
        await using (var tar = new TarWriter(bytes, leaveOpen: true))
            foreach (var entry in entries) await tar.WriteEntryAsync(entry);
        return bytes.ToArray();
    }

    private async Task DownloadAsync(byte[] tar)
    {
        using var http = new HttpClient(new Answer(tar)) { BaseAddress = new Uri("http://localhost/") };
        using var client = new OnePeaceClient(http);
        await client.DownloadRunModelAsync("run-0123456789abcdef0123", Out, TestContext.Current.CancellationToken);
    }

    private sealed class Answer(byte[] tar) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(tar) });
    }
}
