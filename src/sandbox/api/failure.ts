/** The `error_data` of a failed item. */
interface ErrorData {
  readonly code: number;
  readonly message: string;
  readonly description: string;
}

/**
 * A refusal of the API. Its HTTP status is also the `code` of the item; `error_data.code` is a code from Exotel's public
 * error pages.
 */
export class ApiFailure extends Error {
  constructor(
    readonly httpCode: number,
    readonly errorCode: number,
    message: string,
    readonly description: string,
  ) {
    super(message);
    this.name = 'ApiFailure';
  }

  /** This failure as `error_data`. */
  errorData(): ErrorData {
    return { code: this.errorCode, message: this.message, description: this.description };
  }

  static notFound(description: string): ApiFailure {
    return new ApiFailure(404, 1000, 'Not Found', description);
  }

  static missing(parameter: string): ApiFailure {
    return new ApiFailure(400, 1001, 'Mandatory Parameter missing', `${parameter} is missing`);
  }

  static invalid(parameter: string, rule: string): ApiFailure {
    return new ApiFailure(400, 1002, 'Invalid parameter', `${parameter} ${rule}`);
  }

  static notAllowed(description: string): ApiFailure {
    return new ApiFailure(403, 1003, 'Operation not allowed on this resource', description);
  }

  static unparsable(description: string): ApiFailure {
    return new ApiFailure(400, 1007, 'Request body could not be parsed', description);
  }

  static badCredentials(): ApiFailure {
    return new ApiFailure(401, 1010, 'Authorization failed', 'API key and token do not match');
  }

  static unsupportedContentType(given: string): ApiFailure {
    return new ApiFailure(415, 1011, 'Unsupported content type', `Content-Type '${given}' is not supported`);
  }
}
