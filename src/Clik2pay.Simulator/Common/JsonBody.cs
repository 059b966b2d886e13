using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Simulator.Common;

/// <summary>Reads JSON request bodies and writes JSON response bodies.</summary>
internal static class JsonBody
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    public static async Task WriteAsync(HttpContext context, int status, JsonNode body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        var bytes = Encoding.UTF8.GetBytes(body.ToJsonString());
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    /// <returns>The request body; null if it isn't a valid JSON object.</returns>
    public static async Task<JsonObject?> ReadObjectAsync(HttpContext context)
    {
        try
        {
            var body = await JsonNode.ParseAsync(
                context.Request.Body, documentOptions: Strict, cancellationToken: context.RequestAborted);
            return HasValidNames(body) ? body as JsonObject : null;
        }
        catch (JsonException)
        {
            return null;
        }
        catch (InvalidOperationException)
        {
            // A property name contains an unpaired surrogate, so it isn't valid Unicode.
            return null;
        }
    }

    /// <summary>Reads the names of all properties, because a <see cref="JsonNode"/> decodes them only on access.</summary>
    private static bool HasValidNames(JsonNode? node) => node switch
    {
        JsonObject json => json.All(property => HasValidNames(property.Value)),
        JsonArray array => array.All(HasValidNames),
        _ => true,
    };
}
