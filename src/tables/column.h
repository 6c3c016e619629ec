/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef COLUMN_H
#define COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The description of a column, for SNMP, tables on paper, JSON and notifications. */

/* The SMIv2 types (RFC 2578, 7.1) that a column can have. */
enum column_type {
	COLUMN_INTEGER,	  /* Integer32, also enumerations and TruthValue */
	COLUMN_GAUGE,	  /* Gauge32: stays at 4294967295 where a value is larger */
	COLUMN_COUNTER32, /* wraps */
	COLUMN_COUNTER64,
	COLUMN_TICKS, /* TimeStamp; the value here is an instant, handler.c makes it sysUpTime */
	COLUMN_STRING /* COLUMN_STRING_MAX octets at most */
};

#define COLUMN_STRING_MAX 255

/* The value of a cell. The type says which member is used. */
struct column_value {
	int64_t integer;    /* COLUMN_INTEGER; COLUMN_TICKS: an instant of the local clock */
	uint64_t number;    /* gauges and counters */
	const char *string; /* COLUMN_STRING: lives as long as the row and this struct */
	size_t length;
	char scratch[16]; /* room for a short string that column_get makes */
};

/* Room for the text of a cell that is not a text in the row. */
#define COLUMN_ROOM 32

/* The type of a member of a row. */
enum column_member {
	COLUMN_OF_TEXT,
	COLUMN_OF_U32, /* also an enumeration */
	COLUMN_OF_I32,
	COLUMN_OF_U64,
	COLUMN_OF_I64,
	COLUMN_OF_BOOL,
	COLUMN_OF_OTHER
};

/* What a number counts, for those who read it at a terminal. */
enum column_unit { COLUMN_PLAIN, COLUMN_IN_BYTES, COLUMN_IN_SECONDS };

/*
 * How a member of a row is read. There is a kind for each meaning of a value, not only for each
 * type. MEMBER points to the member.
 */
struct column_kind {
	enum column_type type;
	/* Fills VALUE for SNMP. Must not block, lock or allocate. */
	void (*get)(const void *member, struct column_value *value);
	/* See column_print. NULL = the text is that of the value for SNMP. */
	const char *(*print)(const void *member, int64_t now, char room[COLUMN_ROOM]);
	bool is_text; /* aligned to the left on paper, in quotes in JSON */
	enum column_member member;
	enum column_unit unit;
	const char *none; /* at a terminal, where there is no value; NULL = a dash */
};

/* The place of a column in a table on paper. JSON and SNMP have all columns. */
enum column_place {
	COLUMN_IN_ORDER,
	COLUMN_AT_END, /* for long texts */
	COLUMN_NOT_ON_PAPER
};

/* Which values are a trouble, and so have a colour at a terminal. */
enum column_tones {
	COLUMN_NO_TONES,
	COLUMN_STATUS, /* of a job: 0 is fine, 1 a partial success, any other a failure */
	COLUMN_BAD,    /* any but 0 */
	COLUMN_ODD,    /* the same, but less so */
	COLUMN_ALARM,  /* true is bad */
	COLUMN_STATE,  /* the word of a state: up, down and others */
	COLUMN_ERROR,  /* the word for an error: any but none is bad */
	COLUMN_TONES   /* how many there are */
};

/* Which columns a narrow terminal goes without: the last of the highest rank first. If there is but
 * one site, its name goes before those that are useful. */
enum column_rank { COLUMN_MAIN, COLUMN_USEFUL, COLUMN_MINOR, COLUMN_DETAIL };

struct column {
	uint32_t number;  /* the sub-identifier */
	const char *name; /* as in the MIB */
	const struct column_kind *kind;
	size_t offset; /* of the member in the row */
	/* Exceptions; most columns have none. */
	const char *key;	  /* in JSON, where it does not follow from the name */
	const char *heading;	  /* on paper, where it does not follow from the key */
	const char *const *words; /* of an enumeration, indexed by value; NULL ends them */
	enum column_place place;
	int width; /* the least on paper, but at a terminal */
	/* At a terminal. */
	enum column_rank rank;
	enum column_tones tones;
	bool sum; /* the sum of all rows means something; it is of no text */
	/* Of a size: where in the row the size is that it is a part of, or itself. If that is 0,
	 * the server does not tell, and a 0 here means nothing. It is a uint64_t; 0 = there is
	 * none. */
	size_t whole;
};

/*
 * COLUMN(number, name, KIND, row, member[, exceptions]) describes the column that shows MEMBER of
 * struct ROW. It does not compile if the member does not have the type that KIND reads.
 */
#define COLUMN(number_, name_, KIND, row, member, ...)                                             \
	{                                                                                          \
		.number = (number_), .name = (name_), .kind = &column_##KIND,                      \
		.offset = offsetof(struct row, member) +                                           \
			  0 * sizeof(_Generic(((struct row *)0)->member, COLUMN_##KIND##_OF : 1)), \
		__VA_ARGS__                                                                        \
	}

/* Instants of the local clock in any order. They are in the arena of the snapshot. Zeroed, there
 * are none. */
struct column_instants {
	const int64_t *at;
	size_t count;
};

/* The kinds, each with the type of member that it reads. */

#define COLUMN_SITE_OF const char * /* the site's name, set by snapshot_add */
#define COLUMN_TEXT_OF const char *
#define COLUMN_CHARS_OF char *	     /* an array that holds a string */
#define COLUMN_ENUM_OF unsigned	     /* an enumeration that begins at 1; needs .words */
#define COLUMN_NUMBER_OF uint32_t    /* a Gauge32 */
#define COLUMN_LARGE_OF uint64_t     /* a Gauge32 */
#define COLUMN_SIGNED_OF int32_t     /* an Integer32 */
#define COLUMN_COUNTER_OF uint32_t   /* a Counter32 */
#define COLUMN_AMOUNT_OF uint64_t    /* a Counter64 */
#define COLUMN_BYTES_OF uint64_t     /* a Counter64 of bytes */
#define COLUMN_MEBIBYTES_OF uint64_t /* of a number of bytes */
#define COLUMN_PERCENT_OF uint32_t   /* in 1/100 % */
#define COLUMN_TOLD_OF int32_t	     /* a number or status code; -1 = not known, or none */
#define COLUMN_SHARE_OF int32_t	     /* in 1/100 %; -1 = not known */
#define COLUMN_TRUTH_OF bool	     /* a TruthValue */
#define COLUMN_LIMIT_OF uint32_t     /* seconds; 0 = none */
#define COLUMN_DURATION_OF uint32_t  /* seconds */
#define COLUMN_REASON_OF uint32_t    /* a reason for waiting, shown as text */
/* Instants of the local clock in milliseconds, 0 = never. */
#define COLUMN_AGE_OF int64_t		      /* seconds since; 4294967295 = never (NbuAge) */
#define COLUMN_ELAPSED_OF int64_t	      /* the same, but 0 = never */
#define COLUMN_REACHED_OF int64_t	      /* a TruthValue: whether the instant has come */
#define COLUMN_COME_OF struct column_instants /* a Gauge32: how many of the instants have come */
#define COLUMN_DATE_OF int64_t		      /* a DateAndTime */
#define COLUMN_DAYS_OF int64_t		      /* an Integer32: whole days until then; -1 = never */
#define COLUMN_TIMESTAMP_OF int64_t	      /* sysUpTime at that instant */

extern const struct column_kind column_SITE, column_TEXT, column_CHARS, column_ENUM, column_NUMBER,
    column_LARGE, column_SIGNED, column_COUNTER, column_AMOUNT, column_BYTES, column_MEBIBYTES,
    column_PERCENT, column_TOLD, column_SHARE, column_TRUTH, column_DAYS, column_LIMIT,
    column_DURATION, column_REASON, column_AGE, column_ELAPSED, column_REACHED, column_COME,
    column_DATE, column_TIMESTAMP;

/* Sets VALUE to the value of COLUMN in ROW. */
void column_get(const struct column *column, const void *row, struct column_value *value);

/*
 * The text of a cell for people and for JSON. NULL = there is no value. NOW is an instant of the
 * local clock; ages are at this time. The text lies in ROOM or lives as long as the row.
 */
const char *column_print(const struct column *column, const void *row, int64_t now,
			 char room[COLUMN_ROOM]);

/*
 * The number in a cell of a column of numbers, in the unit of its kind: bytes and seconds are not
 * rounded. False = there is none, or it is negative.
 */
bool column_number(const struct column *column, const void *row, int64_t now, uint64_t *number);

/*
 * The column's key in JSON: its name without PREFIX (such as "nbuPolicy") and without "Label" or
 * "Code" at the end. If nothing is left, it is PREFIX without "nbu". The first letter is small.
 */
#define COLUMN_KEY_SIZE 64
void column_key(const struct column *column, const char *prefix, char key[COLUMN_KEY_SIZE]);

/* The column's heading on paper: the words of its key in capitals, an age without "AGE". */
void column_heading(const struct column *column, const char *prefix, char text[COLUMN_KEY_SIZE]);

#endif
