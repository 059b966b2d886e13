using Microsoft.AspNetCore.Http;

namespace Clik2pay.Simulator.Common;

/// <summary>Reads HTML forms in request bodies.</summary>
internal static class FormBody
{
    /// <returns>The form, which is empty if the body is of another type; null if it isn't valid.</returns>
    public static async Task<IFormCollection?> ReadAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType)
            return FormCollection.Empty;

        try
        {
            return await context.Request.ReadFormAsync(context.RequestAborted);
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException or NotSupportedException
            || e is IOException and not BadHttpRequestException)
        {
            // The form exceeds a limit, has no boundary or no end, or names an encoding that .NET does not allow.
            return null;
        }
    }
}
