using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace OnePeace.Gateway.Page;

/// <summary>The web page: hand-written files inside the assembly, which load nothing from anywhere else.</summary>
internal static class PageEndpoints
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src blob:; connect-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void Map(IEndpointRouteBuilder routes)
    {
        MapFile(routes, "/", "index.html", "text/html; charset=utf-8");
        foreach (var script in new[] { "app.js", "curve.js", "modalities.js", "page.js", "runs.js" })
            MapFile(routes, $"/page/{script}", script, "text/javascript; charset=utf-8");
        MapFile(routes, "/page/style.css", "style.css", "text/css; charset=utf-8");
        MapFile(routes, "/favicon.ico", "icon.svg", "image/svg+xml");
    }

    private static void MapFile(IEndpointRouteBuilder routes, string path, string file, string contentType)
    {
        var content = Read(file);
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..16]}\"");
        routes.MapMethods(path, ["GET", "HEAD"], (HttpContext context) =>
            {
                var headers = context.Response.Headers;
                headers.ContentSecurityPolicy = Policy;
                headers.XContentTypeOptions = "nosniff";
                headers["Referrer-Policy"] = "no-referrer";
                headers.CacheControl = "no-cache";
                return Results.Bytes(content, contentType, entityTag: tag);
            })
            .AllowAnonymous()
            .ExcludeFromDescription();
    }

    private static byte[] Read(string file)
    {
        using var stream = typeof(PageEndpoints).Assembly.GetManifestResourceStream($"page/{file}")
            ?? throw new FileNotFoundException($"The assembly lacks its page file {file}; build it again.");
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
