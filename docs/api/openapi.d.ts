/** Generated from openapi.json by apps/api/src/write-documents.ts. */
export interface paths {
    "/api/admin/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the audit log */
        get: operations["listAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Export the audit log */
        get: operations["exportAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/connections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List open or recently closed connections */
        get: operations["listConnections"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/connections/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a connection with its timeline */
        get: operations["getConnection"];
        put?: never;
        post?: never;
        /** Close a connection */
        delete: operations["closeConnection"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List API keys */
        get: operations["listKeys"];
        put?: never;
        /** Create an API key */
        post: operations["createKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke an API key */
        delete: operations["revokeKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/nodes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the nodes */
        get: operations["listNodes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/nodes/{node}/drain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Drain a node */
        post: operations["drainNode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the state of all nodes and current problems */
        get: operations["getOverview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/receipts/{receipt}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Look up an attempt to connect by its receipt */
        get: operations["getReceipt"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/refusals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List refused requests with their reasons */
        get: operations["listRefusals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/refusals/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Count refused requests by a field */
        get: operations["countRefusals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/rooms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List all rooms */
        get: operations["listAllRooms"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/rooms/{room}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Archive or restore a room */
        put: operations["updateRoom"];
        post?: never;
        /** Close a room */
        delete: operations["closeRoom"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/rooms/{room}/messages/{seq}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete a message */
        delete: operations["deleteMessage"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List users */
        get: operations["listUsers"];
        put?: never;
        /** Create a user and a link to set a password */
        post: operations["createUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a user with their sessions */
        get: operations["getUser"];
        /** Disable or enable a user, or change their roles */
        put: operations["updateUser"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users/{user}/password-link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create a link to set a password */
        post: operations["createPasswordLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users/{user}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End all sessions of a user */
        delete: operations["endSessionsOfUser"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users/{user}/sessions/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End one session of a user */
        delete: operations["endSessionOfUser"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in
         * @description Returns an access token and sets the refresh token as a cookie.
         */
        post: operations["signIn"];
        /**
         * Sign out
         * @description Ends the session with its refresh token, tickets and sockets, on every node.
         */
        delete: operations["signOut"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/password-link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Set a password with a link */
        post: operations["setPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get a new access token
         * @description Rotates the refresh cookie. A cookie that was used before ends its session.
         */
        post: operations["refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show the documentation */
        get: operations["getDocs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/docs/asyncapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the description of the socket (AsyncAPI 3) */
        get: operations["getAsyncApi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/docs/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the description of the HTTP API (OpenAPI 3.1) */
        get: operations["getOpenApi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/docs/start.js": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the script that configures the viewer */
        get: operations["getDocsStart"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/docs/viewer.js": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the script that shows the documents */
        get: operations["getDocsViewer"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tell whether the process responds */
        get: operations["getLiveness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tell whether the server should receive new clients */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the current user */
        get: operations["getMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change the own password
         * @description All other sessions of the user end. Users of an identity provider have no password here (`forbidden`).
         */
        put: operations["changePassword"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/rooms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the rooms that the user may see */
        get: operations["listRooms"];
        put?: never;
        /** Create a room */
        post: operations["createRoom"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/rooms/{room}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the members of a room */
        get: operations["listMembers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/rooms/{room}/members/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Add a member to a private room, or oneself to a public room */
        put: operations["addMember"];
        post?: never;
        /**
         * Remove a member from a room
         * @description Members of a private room receive `removed` at once, on every node.
         */
        delete: operations["removeMember"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/rooms/{room}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the history of a room
         * @description Oldest message first. A room that the user may not see is `not_found`.
         */
        get: operations["listMessages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Search the messages of the own rooms */
        get: operations["search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/server/rooms/{room}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a durable message to a room */
        post: operations["sendServerMessage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/server/users/{user}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send an event to all connections of a user */
        post: operations["sendUserEvent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the own sessions */
        get: operations["listSessions"];
        put?: never;
        post?: never;
        /** End all own sessions, or all others */
        delete: operations["endSessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End an own session */
        delete: operations["endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create an account
         * @description Only with `SIGN_UP=open`.
         */
        post: operations["signUp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ws": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Open the WebSocket
         * @description The ticket is validated before the handshake is accepted. From there on the frames follow the AsyncAPI document. Every response that depends on the ticket is the same `invalid_ticket`.
         */
        get: operations["openSocket"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ws_ticket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a ticket for one handshake
         * @description A browser does not show why a handshake was rejected, so this call also reports why a user cannot connect. Pages of allowed origins may call it (CORS).
         */
        get: operations["getTicket"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read the metrics */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @example {
         *       "user": "maggie",
         *       "pwd": "secret"
         *     }
         */
        Credentials: {
            pwd: string;
            user: string;
        };
        Device: {
            /** @description for example Firefox 128 */
            browser?: string;
            kind: "desktop" | "phone" | "tablet" | "other";
            /** @description for example Windows */
            system?: string;
        };
        /**
         * @example {
         *       "user": "maggie",
         *       "roles": [
         *         "admin"
         *       ],
         *       "session": "s-1f3870be",
         *       "expires": 1767225600
         *     }
         */
        Me: {
            /** @description Unix seconds */
            expires: number;
            roles: string[];
            session: string;
            user: string;
        };
        Member: {
            /** @description whether this user created the room */
            owner: boolean;
            status: "online" | "away" | "offline";
            user: string;
        };
        /**
         * @example {
         *       "members": [
         *         {
         *           "user": "maggie",
         *           "status": "online",
         *           "owner": true
         *         }
         *       ]
         *     }
         */
        Members: {
            members: components["schemas"]["Member"][];
        };
        /**
         * @description A message of a room: a text, an edit or a deletion.
         * @example {
         *       "room": "general",
         *       "seq": 42,
         *       "id": "01b307ac-ba4f-54f5-9aaf-c33bb06bbbf6",
         *       "from": "maggie",
         *       "text": "Hello!",
         *       "at": 1767225000000
         *     }
         */
        Message: {
            /** @description Unix milliseconds on the server’s clock */
            at: number;
            /** @description Unix milliseconds: time of the deletion */
            deleted?: number;
            /** @description this entry deletes the message with this seq */
            deletes?: number;
            /** @description Unix milliseconds: time of the last edit */
            edited?: number;
            /** @description this entry edits the message with this seq */
            edits?: number;
            /** @description the user who sent it */
            from: string;
            /** @description unique id of the message, the same for all members */
            id: string;
            room: string;
            /** @description contiguous from 1 in its room */
            seq: number;
            /** @description current text; empty if the message is deleted */
            text: string;
        };
        /**
         * @example {
         *       "messages": [
         *         {
         *           "room": "general",
         *           "seq": 42,
         *           "id": "01b307ac-ba4f-54f5-9aaf-c33bb06bbbf6",
         *           "from": "maggie",
         *           "text": "Hello!",
         *           "at": 1767225000000
         *         }
         *       ],
         *       "more": false
         *     }
         */
        MessagePage: {
            messages: components["schemas"]["Message"][];
            more: boolean;
        };
        /**
         * @example {
         *       "pwd": "secret",
         *       "newPwd": "correct horse battery staple"
         *     }
         */
        NewPassword: {
            newPwd: string;
            /** @description current password */
            pwd: string;
        };
        /**
         * @example {
         *       "room": "general",
         *       "title": "General",
         *       "private": false
         *     }
         */
        NewRoom: {
            private?: boolean;
            /** @description name of a room */
            room: string;
            title: string;
        };
        /**
         * @example {
         *       "user": "maggie",
         *       "pwd": "correct horse battery staple"
         *     }
         */
        NewUser: {
            pwd: string;
            /** @description stored in lower case; at least one letter or digit */
            user: string;
        };
        /** @description An error as a problem document (RFC 9457). */
        Problem: {
            /** @description for programs */
            code: string;
            /** @description names the invalid field, or why a session ended. Never contains a value */
            detail?: string;
            /** @description milliseconds to wait before the next attempt */
            retryAfterMs?: number;
            status: number;
            /** @description for people */
            title: string;
            /** @description `urn:usher:problem:` and the code */
            type: string;
        };
        /**
         * @example {
         *       "closed": 2,
         *       "nodes": [
         *         {
         *           "node": "usher-1",
         *           "closed": 2,
         *           "ms": 1.4
         *         },
         *         {
         *           "node": "usher-2",
         *           "closed": 0,
         *           "ms": 3.8
         *         }
         *       ]
         *     }
         */
        Proof: {
            /** @description number of connections closed on all nodes */
            closed: number;
            nodes: {
                closed: number;
                /** @description milliseconds from the request to the response of this node */
                ms: number;
                node: string;
            }[];
        };
        /**
         * @example {
         *       "room": "general",
         *       "title": "General",
         *       "private": false,
         *       "seq": 42,
         *       "at": 1767225000000,
         *       "unread": 3,
         *       "read": 39,
         *       "mentions": 1,
         *       "isMember": true,
         *       "canManage": false
         *     }
         */
        Room: {
            /** @description true: the room is read-only; absent for all other rooms */
            archived?: boolean;
            /** @description Unix milliseconds: time of the last message, or of the creation of an empty room */
            at: number;
            /** @description whether the requesting user may add and remove members */
            canManage: boolean;
            /** @description whether the requesting user is a member */
            isMember: boolean;
            /** @description unread messages that mention the user */
            mentions: number;
            private: boolean;
            /** @description read marker: the highest seq that the user has read */
            read: number;
            room: string;
            /** @description sequence number of the last message */
            seq: number;
            title: string;
            /** @description messages of other users after `read`, at most 1,000 */
            unread: number;
        };
        /**
         * @example {
         *       "rooms": [
         *         {
         *           "room": "general",
         *           "title": "General",
         *           "private": false,
         *           "seq": 42,
         *           "at": 1767225000000,
         *           "unread": 3,
         *           "read": 39,
         *           "mentions": 1,
         *           "isMember": true,
         *           "canManage": false
         *         }
         *       ],
         *       "next": "random"
         *     }
         */
        Rooms: {
            /** @description value of `cursor` for the next page; absent on the last page */
            next?: string;
            rooms: components["schemas"]["Room"][];
        };
        /**
         * @example {
         *       "messages": [
         *         {
         *           "room": "general",
         *           "seq": 42,
         *           "id": "01b307ac-ba4f-54f5-9aaf-c33bb06bbbf6",
         *           "from": "maggie",
         *           "text": "Hello!",
         *           "at": 1767225000000
         *         }
         *       ]
         *     }
         */
        SearchResults: {
            messages: components["schemas"]["Message"][];
            /** @description value of `before` for the next page; absent on the last page */
            next?: string;
        };
        Session: {
            /** @description client address of the most recent use */
            address?: string;
            /** @description open connections of the session on the responding node */
            connections: number;
            /** @description whether this session made the request */
            current: boolean;
            device: components["schemas"]["Device"];
            /** @description Unix seconds: when the session ends if it is not used again */
            expires: number;
            id: string;
            /** @description Unix milliseconds of the most recent use, to the minute */
            seenAt: number;
            /** @description Unix milliseconds */
            startedAt: number;
        };
        /**
         * @example {
         *       "sessions": [
         *         {
         *           "id": "s-1f3870be",
         *           "current": true,
         *           "device": {
         *             "browser": "Firefox 128",
         *             "system": "Windows",
         *             "kind": "desktop"
         *           },
         *           "address": "192.0.2.7",
         *           "startedAt": 1767200000000,
         *           "seenAt": 1767225000000,
         *           "expires": 1769817000,
         *           "connections": 1
         *         }
         *       ]
         *     }
         */
        Sessions: {
            sessions: components["schemas"]["Session"][];
        };
        /**
         * @example {
         *       "ticket": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
         *       "expires": 1767225630,
         *       "connectAfterMs": 0
         *     }
         */
        TicketResponse: {
            /** @description milliseconds to wait before connecting */
            connectAfterMs: number;
            /** @description Unix seconds */
            expires: number;
            /** @description 256 random bits, base64url; single use */
            ticket: string;
        };
        /**
         * @example {
         *       "token": "eyJhbGciOiJIUzI1NiJ9.e30.signature",
         *       "expires": 1767225600
         *     }
         */
        TokenResponse: {
            /** @description Unix seconds */
            expires: number;
            /** @description a JWT */
            token: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listAudit: {
        parameters: {
            query?: {
                action?: string;
                by?: string;
                /** @description `next` of the previous page */
                cursor?: string;
                limit?: number;
                target?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "entries": [
                     *         {
                     *           "seq": 2,
                     *           "at": 1767225600012,
                     *           "by": "admin",
                     *           "address": "198.51.100.4",
                     *           "action": "user.end_sessions",
                     *           "target": "maggie",
                     *           "completes": 1,
                     *           "detail": {
                     *             "closed": 1,
                     *             "nodes": [
                     *               {
                     *                 "node": "n-5b1d",
                     *                 "closed": 1,
                     *                 "ms": 3
                     *               }
                     *             ]
                     *           },
                     *           "hash": "Cz8Yt1mC8t0vRjJ4oB4j8bQ3o8rCw5mV2m5cE0r4H2k"
                     *         }
                     *       ],
                     *       "next": "2"
                     *     }
                     */
                    "application/json": {
                        entries: {
                            /** @description for example `user.disable` or `connection.close` */
                            action: string;
                            address?: string;
                            /** @description Unix milliseconds */
                            at: number;
                            /** @description user name of the operator */
                            by: string;
                            /** @description `seq` of the entry whose action has finished; `detail` contains the proof */
                            completes?: number;
                            /** @description parameters of the action, or its proof */
                            detail?: {
                                [key: string]: unknown;
                            };
                            /** @description SHA-256 of the entry and the hash of the previous entry, base64url */
                            hash: string;
                            /** @description contiguous */
                            seq: number;
                            /** @description what was changed: a user, connection, room, key or node */
                            target: string;
                        }[];
                        /** @description value of `cursor` for the next page; absent on the last page */
                        next?: string;
                    };
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled. `forbidden`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled" | "forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    exportAudit: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description JSON Lines, oldest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/jsonl": string;
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled. `forbidden`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled" | "forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    listConnections: {
        parameters: {
            query?: {
                address?: string;
                /** @description `next` of the previous page */
                cursor?: string;
                limit?: number;
                node?: string;
                room?: string;
                session?: string;
                /** @description defaults to open */
                state?: "open" | "closed";
                user?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "connections": [
                     *         {
                     *           "id": "c-83b0d1",
                     *           "receipt": "M40-X9T",
                     *           "user": "maggie",
                     *           "session": "s-1f3870be",
                     *           "node": "n-5b1d",
                     *           "protocol": "usher.v1",
                     *           "address": "203.0.113.7",
                     *           "origin": "https://chat.example.org",
                     *           "userAgent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
                     *           "openedAt": 1767225660000,
                     *           "rooms": 1,
                     *           "queuedBytes": 0,
                     *           "rateLimited": 0,
                     *           "roundTripMs": 42,
                     *           "lease": 1767227460
                     *         }
                     *       ],
                     *       "total": 214,
                     *       "next": "k0.n-5b1d.c-83b0d1",
                     *       "missing": []
                     *     }
                     */
                    "application/json": {
                        connections: {
                            address?: string;
                            closed?: {
                                /** @description Unix milliseconds */
                                at: number;
                                byServer: boolean;
                                /** @description close code of RFC 6455, or of the table of close codes */
                                code: number;
                                /** @description name in the table of close codes */
                                name?: string;
                            };
                            id: string;
                            /** @description Unix seconds */
                            lease: number;
                            node: string;
                            /** @description Unix milliseconds */
                            openedAt: number;
                            origin?: string;
                            /** @description WebSocket subprotocol */
                            protocol: string;
                            /** @description bytes that the client has not read yet */
                            queuedBytes: number;
                            /** @description requests that exceeded a rate limit */
                            rateLimited: number;
                            /** @description short code of one attempt to connect, in Crockford’s base 32 */
                            receipt?: string;
                            /** @description joined rooms */
                            rooms: number;
                            /** @description time from the last beat to its reply */
                            roundTripMs?: number;
                            /** @description id of the session, which can be ended */
                            session?: string;
                            user: string;
                            userAgent?: string;
                        }[];
                        /** @description live nodes that did not respond in time */
                        missing: string[];
                        /** @description value of `cursor` for the next page; absent on the last page */
                        next?: string;
                        total: number;
                    };
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled. `forbidden`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled" | "forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    getConnection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "connection": {
                     *         "id": "c-83b0d1",
                     *         "receipt": "M40-X9T",
                     *         "user": "maggie",
                     *         "session": "s-1f3870be",
                     *         "node": "n-5b1d",
                     *         "protocol": "usher.v1",
                     *         "address": "203.0.113.7",
                     *         "origin": "https://chat.example.org",
                     *         "userAgent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
                     *         "openedAt": 1767225660000,
                     *         "rooms": 1,
                     *         "queuedBytes": 0,
                     *         "rateLimited": 0,
                     *         "roundTripMs": 42,
                     *         "lease": 1767227460
                     *       },
                     *       "joined": [
                     *         "general"
                     *       ],
                     *       "steps": [
                     *         {
                     *           "at": 1767225659950,
                     *           "step": "ticket_issued"
                     *         },
                     *         {
                     *           "at": 1767225660000,
                     *           "step": "opened"
                     *         },
                     *         {
                     *           "at": 1767225660120,
                     *           "step": "joined",
                     *           "room": "general"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        connection: {
                            address?: string;
                            closed?: {
                                /** @description Unix milliseconds */
                                at: number;
                                byServer: boolean;
                                /** @description close code of RFC 6455, or of the table of close codes */
                                code: number;
                                /** @description name in the table of close codes */
                                name?: string;
                            };
                            id: string;
                            /** @description Unix seconds */
                            lease: number;
                            node: string;
                            /** @description Unix milliseconds */
                            openedAt: number;
                            origin?: string;
                            /** @description WebSocket subprotocol */
                            protocol: string;
                            /** @description bytes that the client has not read yet */
                            queuedBytes: number;
                            /** @description requests that exceeded a rate limit */
                            rateLimited: number;
                            /** @description short code of one attempt to connect, in Crockford’s base 32 */
                            receipt?: string;
                            /** @description joined rooms */
                            rooms: number;
                            /** @description time from the last beat to its reply */
                            roundTripMs?: number;
                            /** @description id of the session, which can be ended */
                            session?: string;
                            user: string;
                            userAgent?: string;
                        };
                        /** @description names of the joined rooms */
                        joined: string[];
                        /** @description oldest first; of a long list the first 20 and the most recent are kept */
                        steps: {
                            /** @description Unix milliseconds */
                            at: number;
                            /** @description problem, error or close code */
                            code?: string;
                            reason?: string;
                            room?: string;
                            step: "sign_in_refused" | "ticket_issued" | "ticket_refused" | "handshake_refused" | "opened" | "joined" | "left" | "renewed" | "rate_limited" | "closing" | "closed";
                        }[];
                    };
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled. `forbidden`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled" | "forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `not_found`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "not_found";
                        /** @constant */
                        status: 404;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    closeConnection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "closed": 2,
                     *       "nodes": [
                     *         {
                     *           "node": "usher-1",
                     *           "closed": 2,
                     *           "ms": 1.4
                     *         },
                     *         {
                     *           "node": "usher-2",
                     *           "closed": 0,
                     *           "ms": 3.8
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Proof"];
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled. `forbidden`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled" | "forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `not_found`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "not_found";
                        /** @constant */
                        status: 404;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description number of connections closed on all nodes */
                        closed?: number;
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        nodes?: {
                            closed: number;
                            /** @description milliseconds from the request to the response of this node */
                            ms: number;
                            node: string;
                        }[];
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    listKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "keys": [
                     *         {
                     *           "id": "k-7c2f",
                     *           "name": "billing",
                     *           "scopes": [
                     *             "messages:write"
                     *           ],
                     *           "createdAt": 1767225600000,
                     *           "createdBy": "admin",
                     *           "usedAt": 1767225600000
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        keys: {
                            /** @description Unix milliseconds */
                            createdAt: number;
                            createdBy: string;
                            /** @description Unix milliseconds */
                            expiresAt?: number;
                            id: string;
                            name: string;
                            /** @description Unix milliseconds */
                            revokedAt?: number;
                            scopes: ("messages:write" | "events:write")[];
                            /** @description Unix milliseconds of the last use, to the minute */
                            usedAt?: number;
                        }[];
                    };
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled. `forbidden`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled" | "forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    createKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "billing",
                 *       "scopes": [
                 *         "messages:write"
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @description Unix milliseconds */
                    expiresAt?: number;
                    name: string;
                    scopes: ("messages:write" | "events:write")[];
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "k-7c2f",
                     *       "key": "usk_example-of-a-key-that-is-shown-once"
                     *     }
                     */
                    "application/json": {
                        id: string;
                        key: string;
                    };
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled. `forbidden`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled" | "forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `unsupported_media_type`: Unsupported media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "unsupported_media_type";
                        /** @constant */
                        status: 415;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    revokeKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled. `forbidden`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled" | "forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `not_found`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "not_found";
                        /** @constant */
                        status: 404;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    listNodes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "nodes": [
                     *         {
                     *           "node": "n-5b1d",
                     *           "version": "0.1.0",
                     *           "startedAt": 1767139200000,
                     *           "draining": false,
                     *           "connections": 214,
                     *           "connects": 0.4,
                     *           "refusals": 0.1,
                     *           "messages": 3.2,
                     *           "deliveries": 96.5,
                     *           "eventLoopDelayMs": 4.2,
                     *           "memoryBytes": 157286400,
                     *           "storeMs": 1.1,
                     *           "busMs": 0.6
                     *         }
                     *       ],
                     *       "missing": []
                     *     }
                     */
                    "application/json": {
                        /** @description live nodes that did not respond in time */
                        missing: string[];
                        nodes: {
                            /** @description last round trip of the probe of the bus */
                            busMs?: number;
                            /** @description clock of the node minus clock of the store */
                            clockOffsetMs?: number;
                            /** @description open connections */
                            connections: number;
                            /** @description per second, over the last 10 seconds */
                            connects: number;
                            /** @description per second, over the last 10 seconds */
                            deliveries: number;
                            draining: boolean;
                            /** @description 99th percentile of the last 10 seconds */
                            eventLoopDelayMs: number;
                            /** @description how long the other nodes count this one as live without a renewal */
                            leaseMs?: number;
                            /** @description resident set size */
                            memoryBytes: number;
                            /** @description per second, over the last 10 seconds */
                            messages: number;
                            node: string;
                            /** @description per second, over the last 10 seconds */
                            refusals: number;
                            /** @description Unix milliseconds */
                            startedAt: number;
                            /** @description last round trip to the database */
                            storeMs?: number;
                            version: string;
                        }[];
                    };
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled. `forbidden`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled" | "forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    drainNode: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                node: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "closed": 2,
                     *       "nodes": [
                     *         {
                     *           "node": "usher-1",
                     *           "closed": 2,
                     *           "ms": 1.4
                     *         },
                     *         {
                     *           "node": "usher-2",
                     *           "closed": 0,
                     *           "ms": 3.8
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Proof"];
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled. `forbidden`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled" | "forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `not_found`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "not_found";
                        /** @constant */
                        status: 404;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description number of connections closed on all nodes */
                        closed?: number;
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        nodes?: {
                            closed: number;
                            /** @description milliseconds from the request to the response of this node */
                            ms: number;
                            node: string;
                        }[];
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    getOverview: {
        parameters: {
            query?: {
                /** @description include the last hour; defaults to false */
                history?: boolean;
                /** @description only this node; defaults to all */
                node?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "at": 1767225600000,
                     *       "connections": 214,
                     *       "connects": 0.4,
                     *       "refusals": 0.1,
                     *       "messages": 3.2,
                     *       "deliveries": 96.5,
                     *       "users": 180,
                     *       "refusalsByReason": [
                     *         {
                     *           "reason": "origin_forbidden",
                     *           "count": 7
                     *         }
                     *       ],
                     *       "findings": [
                     *         {
                     *           "id": "origin_forbidden:https://staging.example.org",
                     *           "severity": "error",
                     *           "title": "7 handshakes refused in 5 minutes: the origin https://staging.example.org is not allowed",
                     *           "advice": "If people open your app at https://staging.example.org, add it to ALLOWED_ORIGINS.",
                     *           "since": 1767225480000,
                     *           "refusals": {
                     *             "reason": "origin_forbidden",
                     *             "origin": "https://staging.example.org"
                     *           }
                     *         }
                     *       ],
                     *       "nodes": [
                     *         {
                     *           "node": "n-5b1d",
                     *           "version": "0.1.0",
                     *           "startedAt": 1767139200000,
                     *           "draining": false,
                     *           "connections": 214,
                     *           "connects": 0.4,
                     *           "refusals": 0.1,
                     *           "messages": 3.2,
                     *           "deliveries": 96.5,
                     *           "eventLoopDelayMs": 4.2,
                     *           "memoryBytes": 157286400,
                     *           "storeMs": 1.1,
                     *           "busMs": 0.6
                     *         }
                     *       ],
                     *       "missing": []
                     *     }
                     */
                    "application/json": {
                        /** @description Unix milliseconds */
                        at: number;
                        /** @description open connections */
                        connections: number;
                        /** @description per second, over the last 10 seconds */
                        connects: number;
                        /** @description per second, over the last 10 seconds */
                        deliveries: number;
                        findings: {
                            /** @description what to check or change */
                            advice: string;
                            /** @description stable while the problem lasts */
                            id: string;
                            /** @description filter for the refusals that belong to this finding */
                            refusals?: {
                                address?: string;
                                origin?: string;
                                reason?: string;
                                user?: string;
                            };
                            severity: "error" | "warning";
                            /** @description Unix milliseconds */
                            since?: number;
                            /** @description what is wrong, with numbers */
                            title: string;
                        }[];
                        history?: {
                            connections: (number | null)[];
                            connects: (number | null)[];
                            deliveries: (number | null)[];
                            eventLoopDelayMs: (number | null)[];
                            /** @description Unix milliseconds */
                            from: number;
                            memoryBytes: (number | null)[];
                            messages: (number | null)[];
                            refusals: (number | null)[];
                            stepMs: number;
                            storeMs: (number | null)[];
                        };
                        /** @description per second, over the last 10 seconds */
                        messages: number;
                        /** @description live nodes that did not respond in time */
                        missing: string[];
                        nodes: {
                            /** @description last round trip of the probe of the bus */
                            busMs?: number;
                            /** @description clock of the node minus clock of the store */
                            clockOffsetMs?: number;
                            /** @description open connections */
                            connections: number;
                            /** @description per second, over the last 10 seconds */
                            connects: number;
                            /** @description per second, over the last 10 seconds */
                            deliveries: number;
                            draining: boolean;
                            /** @description 99th percentile of the last 10 seconds */
                            eventLoopDelayMs: number;
                            /** @description how long the other nodes count this one as live without a renewal */
                            leaseMs?: number;
                            /** @description resident set size */
                            memoryBytes: number;
                            /** @description per second, over the last 10 seconds */
                            messages: number;
                            node: string;
                            /** @description per second, over the last 10 seconds */
                            refusals: number;
                            /** @description Unix milliseconds */
                            startedAt: number;
                            /** @description last round trip to the database */
                            storeMs?: number;
                            version: string;
                        }[];
                        /** @description per second, over the last 10 seconds */
                        refusals: number;
                        /** @description of the last 5 minutes, most frequent first */
                        refusalsByReason: {
                            count: number;
                            reason: string;
                        }[];
                        /** @description users with an open connection */
                        users: number;
                    };
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled. `forbidden`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled" | "forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `not_found`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "not_found";
                        /** @constant */
                        status: 404;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    getReceipt: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description case, spaces and hyphens are ignored; O is read as 0, I and L as 1 */
                receipt: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "receipt": "K7Q-2MF",
                     *       "user": "maggie",
                     *       "refusal": {
                     *         "receipt": "K7Q-2MF",
                     *         "at": 1767225600000,
                     *         "kind": "handshake",
                     *         "code": "origin_forbidden",
                     *         "reason": "origin_forbidden",
                     *         "user": "maggie",
                     *         "address": "203.0.113.7",
                     *         "origin": "https://staging.example.org",
                     *         "userAgent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
                     *         "node": "n-5b1d"
                     *       },
                     *       "steps": [
                     *         {
                     *           "at": 1767225599960,
                     *           "step": "ticket_issued"
                     *         },
                     *         {
                     *           "at": 1767225600000,
                     *           "step": "handshake_refused",
                     *           "code": "origin_forbidden",
                     *           "reason": "origin_forbidden"
                     *         }
                     *       ],
                     *       "missing": []
                     *     }
                     */
                    "application/json": {
                        connection?: {
                            address?: string;
                            closed?: {
                                /** @description Unix milliseconds */
                                at: number;
                                byServer: boolean;
                                /** @description close code of RFC 6455, or of the table of close codes */
                                code: number;
                                /** @description name in the table of close codes */
                                name?: string;
                            };
                            id: string;
                            /** @description Unix seconds */
                            lease: number;
                            node: string;
                            /** @description Unix milliseconds */
                            openedAt: number;
                            origin?: string;
                            /** @description WebSocket subprotocol */
                            protocol: string;
                            /** @description bytes that the client has not read yet */
                            queuedBytes: number;
                            /** @description requests that exceeded a rate limit */
                            rateLimited: number;
                            /** @description short code of one attempt to connect, in Crockford’s base 32 */
                            receipt?: string;
                            /** @description joined rooms */
                            rooms: number;
                            /** @description time from the last beat to its reply */
                            roundTripMs?: number;
                            /** @description id of the session, which can be ended */
                            session?: string;
                            user: string;
                            userAgent?: string;
                        };
                        /** @description live nodes that did not respond in time */
                        missing: string[];
                        /** @description short code of one attempt to connect, in Crockford’s base 32 */
                        receipt: string;
                        refusal?: {
                            address?: string;
                            /** @description Unix milliseconds */
                            at: number;
                            /** @description problem code that the client received */
                            code: string;
                            /** @description the request that was refused */
                            kind: "ticket" | "handshake" | "sign_in";
                            node: string;
                            origin?: string;
                            /** @description the real reason, for example `used` behind `invalid_ticket`; otherwise the code */
                            reason: string;
                            /** @description short code of one attempt to connect, in Crockford’s base 32 */
                            receipt?: string;
                            /** @description absent if the request named no known user */
                            user?: string;
                            userAgent?: string;
                        };
                        steps: {
                            /** @description Unix milliseconds */
                            at: number;
                            /** @description problem, error or close code */
                            code?: string;
                            reason?: string;
                            room?: string;
                            step: "sign_in_refused" | "ticket_issued" | "ticket_refused" | "handshake_refused" | "opened" | "joined" | "left" | "renewed" | "rate_limited" | "closing" | "closed";
                        }[];
                        user?: string;
                    };
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled. `forbidden`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled" | "forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `not_found`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "not_found";
                        /** @constant */
                        status: 404;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    listRefusals: {
        parameters: {
            query?: {
                address?: string;
                /** @description `next` of the previous page */
                cursor?: string;
                /** @description the request that was refused */
                kind?: "ticket" | "handshake" | "sign_in";
                limit?: number;
                node?: string;
                origin?: string;
                reason?: string;
                /** @description Unix milliseconds */
                since?: number;
                user?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "refusals": [
                     *         {
                     *           "receipt": "K7Q-2MF",
                     *           "at": 1767225600000,
                     *           "kind": "handshake",
                     *           "code": "origin_forbidden",
                     *           "reason": "origin_forbidden",
                     *           "user": "maggie",
                     *           "address": "203.0.113.7",
                     *           "origin": "https://staging.example.org",
                     *           "userAgent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
                     *           "node": "n-5b1d"
                     *         }
                     *       ],
                     *       "total": 1,
                     *       "missing": []
                     *     }
                     */
                    "application/json": {
                        /** @description live nodes that did not respond in time */
                        missing: string[];
                        /** @description value of `cursor` for the next page; absent on the last page */
                        next?: string;
                        refusals: {
                            address?: string;
                            /** @description Unix milliseconds */
                            at: number;
                            /** @description problem code that the client received */
                            code: string;
                            /** @description the request that was refused */
                            kind: "ticket" | "handshake" | "sign_in";
                            node: string;
                            origin?: string;
                            /** @description the real reason, for example `used` behind `invalid_ticket`; otherwise the code */
                            reason: string;
                            /** @description short code of one attempt to connect, in Crockford’s base 32 */
                            receipt?: string;
                            /** @description absent if the request named no known user */
                            user?: string;
                            userAgent?: string;
                        }[];
                        /** @description refusals that match the filter and are still kept */
                        total: number;
                    };
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled. `forbidden`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled" | "forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    countRefusals: {
        parameters: {
            query: {
                address?: string;
                by: "reason" | "origin" | "address" | "user" | "node";
                /** @description the request that was refused */
                kind?: "ticket" | "handshake" | "sign_in";
                limit?: number;
                node?: string;
                origin?: string;
                reason?: string;
                /** @description Unix milliseconds */
                since?: number;
                user?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "groups": [
                     *         {
                     *           "value": "https://staging.example.org",
                     *           "count": 7,
                     *           "lastAt": 1767225600000
                     *         }
                     *       ],
                     *       "total": 7,
                     *       "missing": []
                     *     }
                     */
                    "application/json": {
                        groups: {
                            count: number;
                            /** @description Unix milliseconds */
                            lastAt: number;
                            /** @description absent for the refusals without a value */
                            value?: string;
                        }[];
                        /** @description live nodes that did not respond in time */
                        missing: string[];
                        total: number;
                    };
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled. `forbidden`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled" | "forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    listAllRooms: {
        parameters: {
            query?: {
                /** @description `next` of the previous page */
                cursor?: string;
                limit?: number;
                /** @description defaults to recent */
                order?: "name" | "recent";
                /** @description beginning of the name, or part of the title */
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "rooms": [
                     *         {
                     *           "room": "release-party",
                     *           "title": "Release party",
                     *           "private": true,
                     *           "archived": false,
                     *           "owner": "lisa",
                     *           "members": 12,
                     *           "seq": 348,
                     *           "at": 1767225600000,
                     *           "messagesPerMinute": 2.4
                     *         }
                     *       ],
                     *       "total": 1
                     *     }
                     */
                    "application/json": {
                        /** @description value of `cursor` for the next page; absent on the last page */
                        next?: string;
                        rooms: {
                            /** @description an archived room is read-only */
                            archived: boolean;
                            /** @description Unix milliseconds of the last message, or of the creation */
                            at: number;
                            members: number;
                            /** @description over the last 5 minutes, at most 200 */
                            messagesPerMinute: number;
                            owner?: string;
                            private: boolean;
                            room: string;
                            seq: number;
                            title: string;
                        }[];
                        total: number;
                    };
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled. `forbidden`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled" | "forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    updateRoom: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                room: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "archived": true
                 *     }
                 */
                "application/json": {
                    archived: boolean;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "delivered": 2,
                     *       "nodes": [
                     *         {
                     *           "node": "n-5b1d",
                     *           "delivered": 2,
                     *           "ms": 1.4
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        /** @description connections to which the event was sent */
                        delivered: number;
                        nodes: {
                            delivered: number;
                            ms: number;
                            node: string;
                        }[];
                    };
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled. `forbidden`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled" | "forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `not_found`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "not_found";
                        /** @constant */
                        status: 404;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `unsupported_media_type`: Unsupported media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "unsupported_media_type";
                        /** @constant */
                        status: 415;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    closeRoom: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                room: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "closed": 2,
                     *       "nodes": [
                     *         {
                     *           "node": "usher-1",
                     *           "closed": 2,
                     *           "ms": 1.4
                     *         },
                     *         {
                     *           "node": "usher-2",
                     *           "closed": 0,
                     *           "ms": 3.8
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Proof"];
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled. `forbidden`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled" | "forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `not_found`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "not_found";
                        /** @constant */
                        status: 404;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description number of connections closed on all nodes */
                        closed?: number;
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        nodes?: {
                            closed: number;
                            /** @description milliseconds from the request to the response of this node */
                            ms: number;
                            node: string;
                        }[];
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    deleteMessage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                room: string;
                seq: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled. `forbidden`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled" | "forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `not_found`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "not_found";
                        /** @constant */
                        status: 404;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    listUsers: {
        parameters: {
            query?: {
                /** @description `next` of the previous page */
                cursor?: string;
                disabled?: boolean;
                limit?: number;
                /** @description beginning of the user name */
                q?: string;
                role?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "users": [
                     *         {
                     *           "user": "maggie",
                     *           "roles": [
                     *             "editor"
                     *           ],
                     *           "disabled": false,
                     *           "createdAt": 1766361600000,
                     *           "seenAt": 1767225600000,
                     *           "sessions": 1,
                     *           "connections": 1
                     *         }
                     *       ],
                     *       "total": 4
                     *     }
                     */
                    "application/json": {
                        /** @description value of `cursor` for the next page; absent on the last page */
                        next?: string;
                        total: number;
                        users: {
                            /** @description open connections on all nodes */
                            connections?: number;
                            /** @description Unix milliseconds */
                            createdAt: number;
                            disabled: boolean;
                            roles: string[];
                            /** @description Unix milliseconds */
                            seenAt?: number;
                            sessions: number;
                            user: string;
                        }[];
                    };
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled. `forbidden`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled" | "forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    createUser: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "user": "milhouse",
                 *       "roles": [
                 *         "editor"
                 *       ]
                 *     }
                 */
                "application/json": {
                    roles?: string[];
                    /** @description stored in lower case; at least one letter or digit */
                    user: string;
                };
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "user": "milhouse",
                     *       "url": "https://chat.example.org/set-password#0bJ2mYV7c4cN0rQm1c0m8m7q2hQ2d3yq2m8o1nq0x5A",
                     *       "expires": 1767312000
                     *     }
                     */
                    "application/json": {
                        /** @description Unix seconds */
                        expires: number;
                        url: string;
                        user: string;
                    };
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled. `forbidden`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled" | "forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_taken`: This user name is in use */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_taken";
                        /** @constant */
                        status: 409;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `unsupported_media_type`: Unsupported media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "unsupported_media_type";
                        /** @constant */
                        status: 415;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    getUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "user": {
                     *         "user": "maggie",
                     *         "roles": [
                     *           "editor"
                     *         ],
                     *         "disabled": false,
                     *         "createdAt": 1766361600000,
                     *         "seenAt": 1767225600000,
                     *         "sessions": 1
                     *       },
                     *       "sessions": [
                     *         {
                     *           "id": "s-1f3870be",
                     *           "device": {
                     *             "browser": "Firefox 128",
                     *             "system": "Linux",
                     *             "kind": "desktop"
                     *           },
                     *           "address": "203.0.113.7",
                     *           "startedAt": 1767222000000,
                     *           "seenAt": 1767225600000,
                     *           "expires": 1769817600
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        sessions: {
                            address?: string;
                            device: components["schemas"]["Device"];
                            /** @description Unix seconds */
                            expires: number;
                            id: string;
                            /** @description Unix milliseconds */
                            seenAt: number;
                            /** @description Unix milliseconds */
                            startedAt: number;
                        }[];
                        user: {
                            /** @description open connections on all nodes */
                            connections?: number;
                            /** @description Unix milliseconds */
                            createdAt: number;
                            disabled: boolean;
                            roles: string[];
                            /** @description Unix milliseconds */
                            seenAt?: number;
                            sessions: number;
                            user: string;
                        };
                    };
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled. `forbidden`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled" | "forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `not_found`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "not_found";
                        /** @constant */
                        status: 404;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    updateUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "disabled": true
                 *     }
                 */
                "application/json": {
                    disabled?: boolean;
                    roles?: string[];
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "closed": 2,
                     *       "nodes": [
                     *         {
                     *           "node": "usher-1",
                     *           "closed": 2,
                     *           "ms": 1.4
                     *         },
                     *         {
                     *           "node": "usher-2",
                     *           "closed": 0,
                     *           "ms": 3.8
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Proof"];
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled. `forbidden`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled" | "forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `not_found`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "not_found";
                        /** @constant */
                        status: 404;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `unsupported_media_type`: Unsupported media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "unsupported_media_type";
                        /** @constant */
                        status: 415;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description number of connections closed on all nodes */
                        closed?: number;
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        nodes?: {
                            closed: number;
                            /** @description milliseconds from the request to the response of this node */
                            ms: number;
                            node: string;
                        }[];
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    createPasswordLink: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "url": "https://chat.example.org/set-password#0bJ2mYV7c4cN0rQm1c0m8m7q2hQ2d3yq2m8o1nq0x5A",
                     *       "expires": 1767312000
                     *     }
                     */
                    "application/json": {
                        /** @description Unix seconds */
                        expires: number;
                        url: string;
                    };
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled. `forbidden`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled" | "forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `not_found`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "not_found";
                        /** @constant */
                        status: 404;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    endSessionsOfUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "closed": 2,
                     *       "nodes": [
                     *         {
                     *           "node": "usher-1",
                     *           "closed": 2,
                     *           "ms": 1.4
                     *         },
                     *         {
                     *           "node": "usher-2",
                     *           "closed": 0,
                     *           "ms": 3.8
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Proof"];
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled. `forbidden`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled" | "forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `not_found`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "not_found";
                        /** @constant */
                        status: 404;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description number of connections closed on all nodes */
                        closed?: number;
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        nodes?: {
                            closed: number;
                            /** @description milliseconds from the request to the response of this node */
                            ms: number;
                            node: string;
                        }[];
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    endSessionOfUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                session: string;
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "closed": 2,
                     *       "nodes": [
                     *         {
                     *           "node": "usher-1",
                     *           "closed": 2,
                     *           "ms": 1.4
                     *         },
                     *         {
                     *           "node": "usher-2",
                     *           "closed": 0,
                     *           "ms": 3.8
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Proof"];
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled. `forbidden`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled" | "forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `not_found`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "not_found";
                        /** @constant */
                        status: 404;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description number of connections closed on all nodes */
                        closed?: number;
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        nodes?: {
                            closed: number;
                            /** @description milliseconds from the request to the response of this node */
                            ms: number;
                            node: string;
                        }[];
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    signIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "user": "maggie",
                 *       "pwd": "secret"
                 *     }
                 */
                "application/json": components["schemas"]["Credentials"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "token": "eyJhbGciOiJIUzI1NiJ9.e30.signature",
                     *       "expires": 1767225600
                     *     }
                     */
                    "application/json": components["schemas"]["TokenResponse"];
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `invalid_credentials`: Wrong user name or password */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "invalid_credentials";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `unsupported_media_type`: Unsupported media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "unsupported_media_type";
                        /** @constant */
                        status: 415;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_many_attempts`: Too many attempts. `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_many_attempts" | "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `at_capacity`: At capacity. `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "at_capacity" | "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    signOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled. `origin_forbidden`: Origin not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled" | "origin_forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    setPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "0bJ2mYV7c4cN0rQm1c0m8m7q2hQ2d3yq2m8o1nq0x5A",
                 *       "newPwd": "everything’s coming up Milhouse"
                 *     }
                 */
                "application/json": {
                    newPwd: string;
                    token: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "user": "milhouse"
                     *     }
                     */
                    "application/json": {
                        user: string;
                    };
                };
            };
            /** @description `bad_request`: Bad request. `weak_password`: This password is too easy to guess */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request" | "weak_password";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `invalid_link`: This link has expired or was used before */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "invalid_link";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `unsupported_media_type`: Unsupported media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "unsupported_media_type";
                        /** @constant */
                        status: 415;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `at_capacity`: At capacity. `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "at_capacity" | "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    refresh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "token": "eyJhbGciOiJIUzI1NiJ9.e30.signature",
                     *       "expires": 1767225600
                     *     }
                     */
                    "application/json": components["schemas"]["TokenResponse"];
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled. `origin_forbidden`: Origin not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled" | "origin_forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    getDocs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page that shows both documents. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description The client has the current version (`If-None-Match`). */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    getAsyncApi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The AsyncAPI document. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        asyncapi: "3.0.0";
                    } & {
                        info: {
                            title: string;
                            version: string;
                        };
                    };
                };
            };
            /** @description The client has the current version (`If-None-Match`). */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    getOpenApi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description This document. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        openapi: "3.1.0";
                    } & {
                        info: {
                            title: string;
                            version: string;
                        };
                    };
                };
            };
            /** @description The client has the current version (`If-None-Match`). */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    getDocsStart: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The configuration of the viewer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/javascript": string;
                };
            };
            /** @description The client has the current version (`If-None-Match`). */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    getDocsViewer: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The viewer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/javascript": string;
                };
            };
            /** @description The client has the current version (`If-None-Match`). */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    getLiveness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "live"
                     *     }
                     */
                    "application/json": {
                        /** @constant */
                        status: "live";
                    };
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ready"
                     *     }
                     */
                    "application/json": {
                        /** @constant */
                        status: "ready";
                    };
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `draining`: The server is restarting. `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "draining" | "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    getMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "user": "maggie",
                     *       "roles": [
                     *         "admin"
                     *       ],
                     *       "session": "s-1f3870be",
                     *       "expires": 1767225600
                     *     }
                     */
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    changePassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "pwd": "secret",
                 *       "newPwd": "correct horse battery staple"
                 *     }
                 */
                "application/json": components["schemas"]["NewPassword"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "closed": 2,
                     *       "nodes": [
                     *         {
                     *           "node": "usher-1",
                     *           "closed": 2,
                     *           "ms": 1.4
                     *         },
                     *         {
                     *           "node": "usher-2",
                     *           "closed": 0,
                     *           "ms": 3.8
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Proof"];
                };
            };
            /** @description `bad_request`: Bad request. `weak_password`: This password is too easy to guess */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request" | "weak_password";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended. `invalid_credentials`: Wrong user name or password */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended" | "invalid_credentials";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled. `forbidden`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled" | "forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `unsupported_media_type`: Unsupported media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "unsupported_media_type";
                        /** @constant */
                        status: 415;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_many_attempts`: Too many attempts. `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_many_attempts" | "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `at_capacity`: At capacity. `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description number of connections closed on all nodes */
                        closed?: number;
                        /** @enum {unknown} */
                        code: "at_capacity" | "store_unavailable";
                        nodes?: {
                            closed: number;
                            /** @description milliseconds from the request to the response of this node */
                            ms: number;
                            node: string;
                        }[];
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    listRooms: {
        parameters: {
            query?: {
                /** @description `next` of the previous page; absent for the first page */
                cursor?: string;
                /** @description number of rooms of which the user is not a member; the first page also has all rooms of the user */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rooms"];
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `at_capacity`: At capacity. `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "at_capacity" | "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    createRoom: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "room": "general",
                 *       "title": "General",
                 *       "private": false
                 *     }
                 */
                "application/json": components["schemas"]["NewRoom"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "room": "general",
                     *       "title": "General",
                     *       "private": false,
                     *       "seq": 42,
                     *       "at": 1767225000000,
                     *       "unread": 3,
                     *       "read": 39,
                     *       "mentions": 1,
                     *       "isMember": true,
                     *       "canManage": false
                     *     }
                     */
                    "application/json": components["schemas"]["Room"];
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `room_taken`: This room name is in use */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "room_taken";
                        /** @constant */
                        status: 409;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `unsupported_media_type`: Unsupported media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "unsupported_media_type";
                        /** @constant */
                        status: 415;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_many_rooms`: Too many rooms. `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_many_rooms" | "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `quota_exceeded`: Daily storage quota exceeded. `storage_full`: The server’s storage is full */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "quota_exceeded" | "storage_full";
                        /** @constant */
                        status: 507;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    listMembers: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example general */
                room: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "members": [
                     *         {
                     *           "user": "maggie",
                     *           "status": "online",
                     *           "owner": true
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Members"];
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `not_found`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "not_found";
                        /** @constant */
                        status: 404;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    addMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example general */
                room: string;
                /** @example bart */
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled. `forbidden`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled" | "forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `not_found`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "not_found";
                        /** @constant */
                        status: 404;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `quota_exceeded`: Daily storage quota exceeded. `storage_full`: The server’s storage is full */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "quota_exceeded" | "storage_full";
                        /** @constant */
                        status: 507;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    removeMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example general */
                room: string;
                /** @example bart */
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled. `forbidden`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled" | "forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `not_found`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "not_found";
                        /** @constant */
                        status: 404;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    listMessages: {
        parameters: {
            query?: {
                /** @description only messages with a greater seq; cannot be combined with before */
                after?: number;
                /** @description only messages with a smaller seq; defaults to the newest */
                before?: number;
                limit?: number;
            };
            header?: never;
            path: {
                /** @example general */
                room: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "messages": [
                     *         {
                     *           "room": "general",
                     *           "seq": 42,
                     *           "id": "01b307ac-ba4f-54f5-9aaf-c33bb06bbbf6",
                     *           "from": "maggie",
                     *           "text": "Hello!",
                     *           "at": 1767225000000
                     *         }
                     *       ],
                     *       "more": false
                     *     }
                     */
                    "application/json": components["schemas"]["MessagePage"];
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `not_found`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "not_found";
                        /** @constant */
                        status: 404;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    search: {
        parameters: {
            query: {
                /** @description `next` of the previous page */
                before?: string;
                limit?: number;
                /** @description at most 16 different words, all of which occur in the message; the last may be a prefix */
                q: string;
                /** @description name of a room */
                room?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "messages": [
                     *         {
                     *           "room": "general",
                     *           "seq": 42,
                     *           "id": "01b307ac-ba4f-54f5-9aaf-c33bb06bbbf6",
                     *           "from": "maggie",
                     *           "text": "Hello!",
                     *           "at": 1767225000000
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["SearchResults"];
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `not_found`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "not_found";
                        /** @constant */
                        status: 404;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `at_capacity`: At capacity. `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "at_capacity" | "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    sendServerMessage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description name of a room */
                room: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "key": "0f8fad5b-d9cb-469f-a165-70867728950e",
                 *       "text": "Build 348 has passed.",
                 *       "from": "ci"
                 *     }
                 */
                "application/json": {
                    /** @description members see `app:` and this name; defaults to the name of the API key */
                    from?: string;
                    /** @description UUID; a repeated key of the same sender creates no second message */
                    key: string;
                    /** @description text without U+0000, at most 4,000 characters */
                    text: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "seq": 349,
                     *       "at": 1767225600000,
                     *       "from": "app:ci"
                     *     }
                     */
                    "application/json": {
                        /** @description Unix milliseconds */
                        at: number;
                        /** @description the sender that members see */
                        from: string;
                        seq: number;
                    };
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `forbidden`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `not_found`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "not_found";
                        /** @constant */
                        status: 404;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `unsupported_media_type`: Unsupported media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "unsupported_media_type";
                        /** @constant */
                        status: 415;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `storage_full`: The server’s storage is full */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "storage_full";
                        /** @constant */
                        status: 507;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    sendUserEvent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "type": "invoice.paid",
                 *       "data": {
                 *         "invoice": "R-2026-0117"
                 *       }
                 *     }
                 */
                "application/json": {
                    data: {
                        [key: string]: unknown;
                    };
                    /** @description `name` of the event that clients receive; names of Usher (`usher`, `usher.…`) are reserved */
                    type: string;
                };
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "delivered": 2,
                     *       "nodes": [
                     *         {
                     *           "node": "n-5b1d",
                     *           "delivered": 2,
                     *           "ms": 1.4
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        /** @description connections to which the event was sent */
                        delivered: number;
                        nodes: {
                            delivered: number;
                            ms: number;
                            node: string;
                        }[];
                    };
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `forbidden`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `not_found`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "not_found";
                        /** @constant */
                        status: 404;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `unsupported_media_type`: Unsupported media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "unsupported_media_type";
                        /** @constant */
                        status: 415;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    listSessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "sessions": [
                     *         {
                     *           "id": "s-1f3870be",
                     *           "current": true,
                     *           "device": {
                     *             "browser": "Firefox 128",
                     *             "system": "Windows",
                     *             "kind": "desktop"
                     *           },
                     *           "address": "192.0.2.7",
                     *           "startedAt": 1767200000000,
                     *           "seenAt": 1767225000000,
                     *           "expires": 1769817000,
                     *           "connections": 1
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Sessions"];
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    endSessions: {
        parameters: {
            query?: {
                /** @description true: all sessions but the current one */
                others?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "closed": 2,
                     *       "nodes": [
                     *         {
                     *           "node": "usher-1",
                     *           "closed": 2,
                     *           "ms": 1.4
                     *         },
                     *         {
                     *           "node": "usher-2",
                     *           "closed": 0,
                     *           "ms": 3.8
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Proof"];
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description number of connections closed on all nodes */
                        closed?: number;
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        nodes?: {
                            closed: number;
                            /** @description milliseconds from the request to the response of this node */
                            ms: number;
                            node: string;
                        }[];
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example s-1f3870be */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "closed": 2,
                     *       "nodes": [
                     *         {
                     *           "node": "usher-1",
                     *           "closed": 2,
                     *           "ms": 1.4
                     *         },
                     *         {
                     *           "node": "usher-2",
                     *           "closed": 0,
                     *           "ms": 3.8
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Proof"];
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `not_found`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "not_found";
                        /** @constant */
                        status: 404;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @description number of connections closed on all nodes */
                        closed?: number;
                        /** @enum {unknown} */
                        code: "store_unavailable";
                        nodes?: {
                            closed: number;
                            /** @description milliseconds from the request to the response of this node */
                            ms: number;
                            node: string;
                        }[];
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    signUp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "user": "maggie",
                 *       "pwd": "correct horse battery staple"
                 *     }
                 */
                "application/json": components["schemas"]["NewUser"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "user": "maggie"
                     *     }
                     */
                    "application/json": {
                        user: string;
                    };
                };
            };
            /** @description `bad_request`: Bad request. `weak_password`: This password is too easy to guess */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request" | "weak_password";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `sign_up_closed`: Sign-up is closed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "sign_up_closed";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_taken`: This user name is in use */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_taken";
                        /** @constant */
                        status: 409;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `unsupported_media_type`: Unsupported media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "unsupported_media_type";
                        /** @constant */
                        status: 415;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_many_attempts`: Too many attempts. `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_many_attempts" | "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `at_capacity`: At capacity. `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "at_capacity" | "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `storage_full`: The server’s storage is full */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "storage_full";
                        /** @constant */
                        status: 507;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    openSocket: {
        parameters: {
            query?: never;
            header: {
                Connection: "Upgrade";
                "Sec-WebSocket-Key": string;
                "Sec-WebSocket-Protocol"?: string;
                "Sec-WebSocket-Version": "13";
                Upgrade: "websocket";
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The connection is open. Its first frame is `welcome`. */
            101: {
                headers: {
                    "Sec-WebSocket-Accept"?: string;
                    /** @description the selected one, if a list was offered */
                    "Sec-WebSocket-Protocol"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`: Bad request. `unsupported_protocol`: Unsupported subprotocol */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request" | "unsupported_protocol";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_ticket`: Missing ticket. `invalid_ticket`: Invalid ticket */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_ticket" | "invalid_ticket";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `forbidden`: Not allowed. `origin_forbidden`: Origin not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "forbidden" | "origin_forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `upgrade_required`: Upgrade required */
            426: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "upgrade_required";
                        /** @constant */
                        status: 426;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_many_connections`: Too many connections. `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_many_connections" | "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `at_capacity`: At capacity. `draining`: The server is restarting. `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "at_capacity" | "draining" | "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    getTicket: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A ticket. It is valid once, for 30 seconds from the assigned time of the connection. */
            200: {
                headers: {
                    /** @description `no-store` */
                    "Cache-Control"?: string;
                    /** @description names this call for operators. Errors have it, too */
                    "Usher-Receipt"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketResponse"];
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token. `token_expired`: Token expired. `session_ended`: Session ended */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token" | "token_expired" | "session_ended";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `user_disabled`: This account is disabled */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "user_disabled";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_many_tickets`: Too many tickets. `too_many_connections`: Too many connections. `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_many_tickets" | "too_many_connections" | "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `at_capacity`: At capacity. `draining`: The server is restarting. `store_unavailable`: Storage unavailable */
            503: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "at_capacity" | "draining" | "store_unavailable";
                        /** @constant */
                        status: 503;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The metrics in the text format of Prometheus, or in OpenMetrics if traces are on and the client accepts it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openmetrics-text": string;
                    "text/plain": string;
                };
            };
            /** @description `bad_request`: Bad request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "bad_request";
                        /** @constant */
                        status: 400;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `missing_token`: Missing token. `invalid_token`: Invalid token */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "missing_token" | "invalid_token";
                        /** @constant */
                        status: 401;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `forbidden`: Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "forbidden";
                        /** @constant */
                        status: 403;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `request_timeout`: Request timeout */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "request_timeout";
                        /** @constant */
                        status: 408;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `too_large`: Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "too_large";
                        /** @constant */
                        status: 413;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next attempt, where retrying helps. `retryAfterMs` is more precise. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "rate_limited";
                        /** @constant */
                        status: 429;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
            /** @description `internal`: Internal error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        /** @enum {unknown} */
                        code: "internal";
                        /** @constant */
                        status: 500;
                    } & WithRequired<components["schemas"]["Problem"], "status" | "code">;
                };
            };
        };
    };
}
type WithRequired<T, K extends keyof T> = T & {
    [P in K]-?: T[P];
};
