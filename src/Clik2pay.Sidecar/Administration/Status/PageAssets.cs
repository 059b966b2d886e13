using System.Security.Cryptography;
using System.Text;

namespace Clik2pay.Sidecar.Administration.Status;

/// <summary>The files of the status page. The style and the script are inlined, and the page's policy allows no others.</summary>
internal static class PageAssets
{
    public static readonly string Script = Read("status.js");

    private static readonly string Style = Read("status.css");

    /// <summary>The template of the page.</summary>
    public static readonly string Page = Read("status.html")
        .Replace(">STYLE<", $">{Style}<", StringComparison.Ordinal)
        .Replace(">SCRIPT<", $">{Script}<", StringComparison.Ordinal);

    /// <summary>The value of Content-Security-Policy (https://www.w3.org/TR/CSP3/).</summary>
    public static readonly string Policy =
        $"default-src 'none'; style-src '{HashOf(Style)}'; script-src '{HashOf(Script)}'; connect-src 'self'; img-src data:; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(PageAssets).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    private static string HashOf(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";
}
