using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using OnePeace.Engine.Hosting;
using OnePeace.Files;

namespace OnePeace.Gateway.Tests.Hosting;

/// <summary>A platform whose engine takes packages.</summary>
public sealed class PackagePlatform : IAsyncLifetime
{
    public const string MediaType = "application/vnd.onepeace.modality";
    public const long MaxPackageBytes = 1 << 20;

    public PackagePlatform() => Platform = new Platform
    {
        Configure = options => options with { MaxPackageBytes = MaxPackageBytes },
        Load = services => Packages = new HashingPackages(Platform!.Engine, services.GetRequiredService<PackageHostOptions>().Find),
    };

    public Platform Platform { get; }

    public HttpClient Client => Platform.Client;

    internal HashingPackages Packages { get; private set; } = null!;

    /// <summary>Hashes of everything in the store.</summary>
    public IReadOnlyList<string> Stored => Platform.Services.GetRequiredService<ContentStore>().Hashes;

    /// <summary>What is on its way into the store.</summary>
    public IReadOnlyList<string> Incoming
    {
        get
        {
            var store = Platform.Services.GetRequiredService<PackageHostOptions>().WorkFolder;
            return Directory.GetFiles(Path.Combine(Path.GetDirectoryName(store)!, "packages", "incoming"));
        }
    }

    public ValueTask InitializeAsync() => Platform.InitializeAsync();

    public ValueTask DisposeAsync() => Platform.DisposeAsync();

    public Task<HttpResponseMessage> AddAsync(byte[] package, string? type = MediaType) => SendAsync(new ByteArrayContent(package), type);

    /// <summary>Without saying how much comes.</summary>
    public Task<HttpResponseMessage> AddChunkedAsync(byte[] package) => SendAsync(new ChunkedContent(package), MediaType);

    public static async Task UntilAsync(Func<bool> condition)
    {
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
            await Task.Delay(10, end.Token);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpContent content, string? type)
    {
        content.Headers.ContentType = type is null ? null : new MediaTypeHeaderValue(type);
        return await Client.PostAsync("/v1/modalities", content);
    }

    private sealed class ChunkedContent(byte[] bytes) : ByteArrayContent(bytes)
    {
        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
