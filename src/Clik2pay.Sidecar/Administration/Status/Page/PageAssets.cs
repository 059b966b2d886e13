using System.Security.Cryptography;
using System.Text;

namespace Clik2pay.Sidecar.Administration.Status.Page;

/// <summary>
/// The files of the pages. The style and the script are inlined, and the content security policy allows no others. A page is read at its
/// first request, so that it takes no memory before. Two requests at the same time may both read the page.
/// </summary>
internal static class PageAssets
{
    public static readonly string Script = Read("status.js");

    private static readonly string Style = Read("status.css");

    /// <summary>The template of the status page.</summary>
    public static string Page => field ??= Inline(Read("status.html"));

    /// <summary>The troubleshooting page, a copy of <c>docs/troubleshooting.md</c>.</summary>
    public static byte[] Troubleshooting => field ??= Encoding.UTF8.GetBytes(Inline(Read("troubleshooting.html")));

    /// <summary>The value of Content-Security-Policy (https://www.w3.org/TR/CSP3/).</summary>
    public static readonly string Policy =
        $"default-src 'none'; style-src '{HashOf(Style)}'; script-src '{HashOf(Script)}'; connect-src 'self'; img-src data:; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static string Inline(string page) => page
        .Replace(">STYLE<", $">{Style}<", StringComparison.Ordinal)
        .Replace(">SCRIPT<", $">{Script}<", StringComparison.Ordinal);

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(PageAssets).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    private static string HashOf(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";
}
