using OnePeace.Engine.Hosting;
using OnePeace.Engine.Packages;
using OnePeace.Engine.Tests.Plugins;

namespace OnePeace.Engine.Tests.Packages;

public sealed class PackagePolicyTests : IDisposable
{
    private const string Hash = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", Other = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    private readonly TemporaryFolder _folder = new();
    private readonly string _path;

    public PackagePolicyTests() => _path = Path.Combine(_folder.Path, "allowed.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_a_list_everything_may_serve() => new PackagePolicy(null).Check(Hash, null);

    [Fact]
    public void A_package_serves_once_it_or_its_signer_is_allowed()
    {
        var policy = new PackagePolicy(_path);
        policy.Allow(Hash);
        policy.Check(Hash, null);
        Assert.Contains("did not allow", Refused(policy, Other));
        var signature = new PackageSignature("key");
        Assert.Contains("nor the key", Refused(policy, Other, signature));
        policy.AllowKey("key");
        policy.Check(Other, signature);
        Refused(policy, Other, new PackageSignature("another key"));
    }

    [Fact]
    public void The_list_is_read_afresh_and_keeps_what_it_had()
    {
        var policy = new PackagePolicy(_path);
        policy.Allow(Hash);
        new PackagePolicy(_path).Allow(Other);
        policy.Allow(Other);
        policy.Check(Hash, null);
        policy.Check(Other, null);
        File.WriteAllText(_path, """{"packages": []}""");
        Refused(policy, Hash);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"packages": "all"}""")]
    [InlineData("""{"packages": [], "packages": ["aaaa"]}""")]
    [InlineData("""{"everything": true}""")]
    [InlineData("""{"packages": null}""")]
    public void A_damaged_list_allows_nothing_and_is_not_written_over(string content)
    {
        var policy = new PackagePolicy(_path);
        File.WriteAllText(_path, content);
        Assert.Contains("missing or damaged", Refused(policy, Hash));
        Assert.Throws<InvalidDataException>(() => policy.Allow(Hash));
        Assert.Equal(content, File.ReadAllText(_path));
    }

    [Fact]
    public void A_list_that_is_named_but_missing_allows_nothing() => Assert.Contains("missing or damaged", Refused(new PackagePolicy(_path), Hash));

    private static string Refused(PackagePolicy policy, string hash, PackageSignature? signature = null)
    {
        var refused = Assert.Throws<PackageRefusedException>(() => policy.Check(hash, signature));
        Assert.Equal(PackageFault.NotAllowed, refused.Fault);
        return refused.Message;
    }
}
